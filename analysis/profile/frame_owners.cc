#include "analysis/profile/frame_owners.h"

#include <fmt/format.h>

#include "analysis/frame_origin.h"

namespace analysis {
namespace {

// The innermost line that is somebody's own code; empty if there is none.
std::string OwnerAt(const model::Profile& profile, model::LocationId id) {
  const model::Symbols& symbols = profile.symbols;
  const std::string_view mapping = symbols.text(symbols.mappings()[symbols.location(id).mapping].file);
  for (const model::Line& line : symbols.lines(id)) {
    const model::Function& function = symbols.functions()[line.function];
    const std::string_view name = symbols.text(function.name), file = symbols.text(function.file);
    const model::FrameOrigin origin = OriginOf({.function = name, .file = file, .mapping = mapping}, "");
    const bool is_own = origin == model::FrameOrigin::kApplication || origin == model::FrameOrigin::kModule ||
                        origin == model::FrameOrigin::kGenerated;
    if (!is_own) continue;
    return line.line == 0 ? std::string(name) : fmt::format("{} ({}:{})", name, file, line.line);
  }
  return "";
}

}  // namespace

FrameOwners::FrameOwners(const model::Profile& profile)
    : name_(profile.symbols.location_count() + 1), owner_(profile.stacks.size()) {
  for (uint32_t row = 0; row + 1 < name_.size(); ++row) name_[row] = OwnerAt(profile, model::LocationId(row));
  owner_[0] = static_cast<uint32_t>(name_.size() - 1);
  for (uint32_t row = 1; row < owner_.size(); ++row) {
    const model::StackId stack(row);
    const uint32_t here = profile.stacks.location(stack).value;
    owner_[row] = name_[here].empty() ? owner_[profile.stacks.caller(stack).index()] : here;
  }
}

}  // namespace analysis
