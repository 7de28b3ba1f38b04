#include "analysis/profile/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/commands.h"
#include "cli/profile_options.h"

namespace cli {
namespace {

bool HasType(const model::Profile& profile, std::string_view name) {
  return std::ranges::any_of(profile.value_types,
                             [&](const model::ValueType& type) { return profile.symbols.text(type.type) == name; });
}

// Of a heap profile it is what was allocated that shows bad habits; what is in use matters where it grows.
analysis::CheckedProfile Open(const ProfileOptions& options, const std::string& file) {
  model::Profile profile = options.LoadOne(file);
  analysis::ViewOptions view = options.ViewAsked();
  if (view.sample_index.empty() && HasType(profile, "alloc_space")) view.sample_index = "alloc_space";
  return {file, {std::move(profile), view}};
}

std::string Build(const model::Profile& profile) {
  const model::Mapping& program = profile.symbols.mappings()[profile.main_mapping];
  return fmt::format("{} {}", profile.symbols.text(program.file), profile.symbols.text(program.build_id));
}

// The heap profiles among `profiles` that are of the first one's build, oldest first; deltas (`heap?seconds=N`) are none.
std::vector<std::string> HeapFiles(const std::vector<analysis::CheckedProfile>& profiles) {
  std::vector<const analysis::CheckedProfile*> heaps;
  for (const analysis::CheckedProfile& profile : profiles) {
    const model::Profile& read = profile.view.profile();
    if (profile.file != "-" && read.duration_nanos == 0 && HasType(read, "inuse_space") && HasType(read, "inuse_objects") &&
        HasType(read, "alloc_space") && (heaps.empty() || Build(read) == Build(heaps[0]->view.profile())))
      heaps.push_back(&profile);
  }
  std::ranges::stable_sort(heaps, {}, [](const analysis::CheckedProfile* heap) { return heap->view.profile().time_nanos; });
  std::vector<std::string> files;
  for (const analysis::CheckedProfile* heap : heaps) files.push_back(heap->file);
  return files;
}

// Files are read again for each sample type.
std::optional<analysis::HeapGrowth> Growth(const ProfileOptions& options, const std::vector<std::string>& files) {
  if (files.size() < 2) return std::nullopt;
  const auto compare = [&](const std::string& before, const std::string& after, const char* type) {
    analysis::ViewOptions view = options.ViewAsked();
    view.filters.must_match = false;
    view.sample_index = type;
    const auto side = [&](const std::string& file) {
      std::vector<analysis::View> views;
      views.emplace_back(options.LoadOne(file), view);
      return views;
    };
    return analysis::Compare(side(before), side(after), {});
  };
  const std::string &first = files.front(), &last = files.back();
  const analysis::Diff space = compare(first, last, "inuse_space");
  analysis::HeapGrowth growth{.first = first,
                              .last = last,
                              .candidates = analysis::LeakCandidates(space, compare(first, last, "inuse_objects"),
                                                                     compare(first, last, "alloc_space")),
                              .steps = {},
                              .in_use = space.total_after};
  for (size_t i = 1; i < files.size() && files.size() > 2; ++i)
    growth.steps.push_back(compare(files[i - 1], files[i], "inuse_space"));
  return growth;
}

}  // namespace

int RunGoprofCheck(Arguments arguments) {
  CommandLine line(
      "goprof", "check PROFILE ..",
      "Looks for known problems: time lost to allocation, stack growth, locks, system calls and more, with who "
      "causes it; contended locks;\n"
      "goroutines that pile up, a heap that grows; and profiles that can't be trusted. Each file is looked at on "
      "its own, goroutine and heap\nprofiles also in time.\n"
      "Exits with 1 where anything is more than a note.\n\n"
      "  goprof check cpu.pb.gz mutex.pb.gz goroutine.*.pb.gz\n"
      "  goprof check heap.pb.gz                               allocation sites, timers, pools\n"
      "  goprof check heap.1.pb.gz heap.2.pb.gz heap.3.pb.gz   ... and what grows all the time\n"
      "  goprof check --pgo default.pgo cpu.pb.gz              does default.pgo still fit the build?");
  ProfileOptions options(line);
  line.options().add_options()("pgo", po::value<std::string>()->value_name("FILE"),
                               "the profile that the build is optimised with: is it stale?");
  if (!line.Parse(arguments)) return kClean;
  std::vector<analysis::CheckedProfile> profiles;
  for (const std::string& file : line.Inputs(1)) profiles.push_back(Open(options, file));
  std::optional<analysis::CheckedProfile> pgo;
  if (line.values().count("pgo") != 0) pgo = Open(options, line.Text("pgo"));
  const auto growth = Growth(options, HeapFiles(profiles));
  return line.Emit(analysis::CheckReport(profiles, pgo ? &*pgo : nullptr, growth ? &*growth : nullptr));
}

}  // namespace cli
