#include "analysis/trace/profiled_contention.h"

#include <fmt/format.h>

#include "analysis/trace/wait_site.h"

namespace analysis {
namespace {

// Row of the value type, or the default one's.
size_t ValueOf(const model::Profile& profile, std::string_view type) {
  for (size_t i = 0; i < profile.value_count(); ++i) {
    if (profile.symbols.text(profile.value_types[i].type) == type) return i;
  }
  return model::DefaultValueType(profile);
}

// Inlined calls are lines of one location: the innermost that is the program's. Empty if there is none.
std::string ProgramLine(const model::Profile& profile, model::StackId stack) {
  for (const model::LocationId at : profile.stacks.LeafFirst(stack)) {
    for (const model::Line& line : profile.symbols.lines(at)) {
      const std::string_view function = profile.symbols.function_name(line.function);
      if (IsWaitLibrary(function)) continue;
      const std::string_view file = profile.symbols.text(profile.symbols.functions()[line.function].file);
      return fmt::format("{} {}:{}", function, file.substr(file.find_last_of('/') + 1), line.line);
    }
  }
  return "";
}

}  // namespace

ProfiledContention ContentionBySite(const model::Profile& profile) {
  const size_t delay = ValueOf(profile, "delay"), contentions = ValueOf(profile, "contentions");
  ProfiledContention sites;
  for (size_t sample = 0; sample < profile.sample_count(); ++sample) {
    const std::string line = ProgramLine(profile, profile.sample_stack[sample]);
    if (line.empty()) continue;
    ProfiledSite& site = sites[line];
    site.delay_ns += profile.values(sample)[delay];
    site.contentions += profile.values(sample)[contentions];
  }
  return sites;
}

}  // namespace analysis
