#include "analysis/profile/file_names.h"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace analysis {

std::string CleanPath(std::string_view path) {
  const auto has = [&](std::string_view part) { return path.find(part) != std::string_view::npos; };
  if (!path.empty() && path != "/" && !has("//") && !has("./") && !path.ends_with('/') && !path.ends_with("/.") &&
      !path.ends_with("/..")) {
    return std::string(path);
  }
  std::string normal = std::filesystem::path(path).lexically_normal();
  if (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

std::string_view TrimPath(std::string_view path, const std::string& trimmed, const std::string& search) {
  const auto for_each = [](std::string_view list, auto visit) {
    while (!list.empty()) {
      const size_t end = std::min(list.find(':'), list.size());
      visit(list.substr(0, end));
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  };
  std::optional<std::string_view> cut;
  if (trimmed.empty()) {
    for_each(search, [&](std::string_view folder) {
      const std::string base = std::filesystem::path(folder).lexically_normal().filename();
      const size_t at = path.find("/" + base + "/");
      if (!cut && !base.empty() && at != std::string_view::npos) cut = path.substr(at + base.size() + 2);
    });
  }
  for_each(trimmed + ":/proc/self/cwd/./:/proc/self/cwd/", [&](std::string_view prefix) {
    const std::string folder = std::string(prefix) + (prefix.ends_with('/') ? "" : "/");
    if (!cut && !prefix.empty() && path.starts_with(folder)) cut = path.substr(folder.size());
  });
  return cut.value_or(path);
}

}  // namespace analysis
