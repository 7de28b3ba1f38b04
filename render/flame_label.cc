#include "render/flame_label.h"

#include "model/utf8.h"

namespace render {
namespace {

constexpr size_t kLeastRoom = 3;

size_t CharacterCount(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

// The end of the part of a name that can hold a path: type arguments and parameter lists have paths of their own.
size_t PathEnd(std::string_view name) {
  const size_t end = name.find_first_of("[(< ");
  return end == std::string_view::npos ? name.size() : end;
}

std::string_view WithoutFolders(std::string_view name) {
  const size_t slash = name.substr(0, PathEnd(name)).rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

// "cart.(*Cart).Add" -> "(*Cart).Add", "std::vector<int>::push_back" stays
std::string_view WithoutPackage(std::string_view name) {
  const size_t dot = name.substr(0, PathEnd(name) == name.size() ? name.size() : PathEnd(name) + 1).find('.');
  return dot == std::string_view::npos || dot == 0 || dot + 1 >= name.size() ? name : name.substr(dot + 1);
}

// "(*Cart).Add" -> "Add"
std::string_view WithoutReceiver(std::string_view name) {
  const size_t end = name.starts_with('(') ? name.find(").") : std::string_view::npos;
  return end == std::string_view::npos || end + 2 >= name.size() ? name : name.substr(end + 2);
}

std::string Cut(std::string_view name, size_t room) {
  size_t at = 0;
  for (size_t count = 0; at < name.size() && count + 1 < room; ++count) at += model::DecodeUtf8(name.substr(at)).length;
  return std::string(name.substr(0, at)) + "…";
}

}  // namespace

std::string FlameLabel(std::string_view name, size_t room) {
  if (room < kLeastRoom) return {};
  if (name.size() > room * 4 + 4096) name = name.substr(0, room * 4 + 4096);  // a hostile name is not searched to its end
  if (CharacterCount(name) <= room) return std::string(name);
  const std::string_view in_package = WithoutFolders(name);
  if (CharacterCount(in_package) <= room) return std::string(in_package);
  const std::string_view local = WithoutPackage(in_package);
  if (CharacterCount(local) <= room) return std::string(local);
  const std::string_view method = WithoutReceiver(local);
  return CharacterCount(method) <= room ? std::string(method) : Cut(method, room);
}

}  // namespace render
