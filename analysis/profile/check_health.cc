#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/profile/check.h"
#include "model/units.h"

namespace analysis {
namespace {

using model::StackId;

class Health {
 public:
  explicit Health(const CheckedProfile& checked)
      : file_(checked.file), view_(checked.view), profile_(checked.view.profile()) {}

  std::vector<CheckFinding> Run() {
    for (size_t row = 0; row < profile_.sample_count(); ++row) {
      const int64_t value = profile_.values(row)[view_.value()];
      negative_ += std::ranges::any_of(profile_.values(row), [](int64_t any) { return any < 0; });
      all_ += static_cast<uint64_t>(value < 0 ? -(value + 1) : value);
    }
    TooFewSamples();
    CutStacks();
    NoSymbols();
    if (profile_.sample_count() == 0)
      Add("no-samples", model::Severity::kNote, 0, "the profile has no samples", "there is nothing to find in it",
          "record while the program works");
    if (negative_ > 0) {
      Add("negative-values", model::Severity::kNote, 0, fmt::format("{} samples have negative values", negative_),
          "the profile is a difference of two (a ?seconds= request, or -base): shares of its total mislead",
          "look at both sides with `goprof diff`");
    }
    return std::move(findings_);
  }

 private:
  void Add(const char* kind, model::Severity severity, double share, std::string title, std::string why,
           std::string advice) {
    findings_.push_back({.kind = kind,
                         .severity = severity,
                         .confidence = Confidence::kSure,
                         .title = std::move(title),
                         .share = share,
                         .evidence = {"in " + file_},
                         .why = std::move(why),
                         .advice = std::move(advice)});
  }

  void TooFewSamples() {
    if (view_.type() != "cpu" || profile_.period <= 0) return;
    constexpr uint64_t kEnough = 200;
    const uint64_t samples = all_ / static_cast<uint64_t>(profile_.period);
    if (samples >= kEnough || profile_.sample_count() == 0) return;
    Add("few-samples", model::Severity::kNote, 0, fmt::format("only {} samples", samples),
        "a function with 5 % of the time shows up as anything from 0 to 15 % of so few",
        "record longer, or while the program is busy");
  }

  // Go's runtime keeps the leaf end of a deep stack, so the root is lost and the stack hangs from a function in the middle.
  void CutStacks() {
    const size_t limit = view_.type() == "cpu" || view_.type() == "samples" ? 64 : 128;
    std::set<model::LocationId> roots;  // of stacks that are surely whole
    std::vector<size_t> depth(profile_.stacks.size());
    std::vector<model::LocationId> root(profile_.stacks.size());
    for (uint32_t row = 1; row < depth.size(); ++row) {
      const StackId caller = profile_.stacks.caller(StackId(row));
      depth[row] = depth[caller.index()] + 1;
      root[row] = caller == StackId() ? profile_.stacks.location(StackId(row)) : root[caller.index()];
    }
    for (const StackId stack : profile_.sample_stack) {
      if (stack != StackId() && depth[stack.index()] < 32) roots.insert(root[stack.index()]);
    }
    uint64_t cut = 0;
    for (size_t row = 0; row < profile_.sample_count(); ++row) {
      const size_t at = profile_.sample_stack[row].index();
      const bool is_at_limit = depth[at] == limit || (limit == 128 && depth[at] == 32);
      if (is_at_limit && !roots.contains(root[at]))
        cut += static_cast<uint64_t>(std::max<int64_t>(profile_.values(row)[view_.value()], 0));
    }
    if (cut == 0 || all_ == 0) return;
    const double share = static_cast<double>(cut) / static_cast<double>(all_);
    Add("cut-stacks", share > 0.05 ? model::Severity::kWarning : model::Severity::kNote, share,
        fmt::format("{} of {} is in stacks that were cut at their root", model::FormatPercent(share, 1), view_.type()),
        "deep stacks lose their callers, so cum of the callers is too low and extra roots appear",
        limit == 64 ? "CPU profiles of Go keep 64 frames; filter with -show_from a frame that is always there"
                    : "raise GODEBUG=profstackdepth=1024 (Go 1.23 and later)");
  }

  void NoSymbols() {
    uint64_t without = 0;
    for (size_t row = 0; row < profile_.sample_count(); ++row) {
      const StackId stack = profile_.sample_stack[row];
      if (stack == StackId()) continue;
      const auto lines = profile_.symbols.lines(profile_.stacks.location(stack));
      if (lines.empty() || profile_.symbols.function_name(lines[0].function).empty()) {
        without += static_cast<uint64_t>(std::max<int64_t>(profile_.values(row)[view_.value()], 0));
      }
    }
    const double share = all_ == 0 ? 0 : static_cast<double>(without) / static_cast<double>(all_);
    if (share < 0.01) return;
    Add("no-symbols", share > 0.1 ? model::Severity::kWarning : model::Severity::kNote, share,
        fmt::format("{} of {} is in functions without a name", model::FormatPercent(share, 1), view_.type()),
        "what has no name can't be attributed",
        "record with symbols (not stripped), or symbolise with `go tool pprof` and the binary first");
  }

  const std::string& file_;
  const View& view_;
  const model::Profile& profile_;
  uint64_t all_ = 0;
  size_t negative_ = 0;
  std::vector<CheckFinding> findings_;
};

// The same program in several builds.
void AddMixedBuilds(const std::vector<CheckedProfile>& profiles, std::vector<CheckFinding>& findings) {
  std::map<std::string, std::map<std::string, std::string>> builds;  // program -> build id -> file
  for (const CheckedProfile& checked : profiles) {
    const model::Profile& profile = checked.view.profile();
    for (const model::Mapping& mapping : profile.symbols.mappings()) {
      if (mapping.build_id == model::StringId() || mapping.file == model::StringId()) continue;
      builds[std::string(profile.symbols.text(mapping.file))].try_emplace(
          std::string(profile.symbols.text(mapping.build_id)), checked.file);
    }
  }
  for (const auto& [program, files] : builds) {
    if (files.size() < 2) continue;
    CheckFinding finding{.kind = "mixed-builds",
                         .severity = model::Severity::kNote,
                         .confidence = Confidence::kSure,
                         .title = fmt::format("{} builds of {} in these profiles", files.size(), program),
                         .why = "addresses and lines of different builds don't belong together; functions do",
                         .advice = "compare them with `goprof diff` and don't merge them"};
    for (const auto& [build, file] : files) finding.evidence.push_back(fmt::format("{} in {}", build, file));
    findings.push_back(std::move(finding));
  }
}

}  // namespace

std::vector<CheckFinding> CheckHealth(const std::vector<CheckedProfile>& profiles) {
  std::vector<CheckFinding> findings;
  for (const CheckedProfile& profile : profiles) std::ranges::move(Health(profile).Run(), std::back_inserter(findings));
  AddMixedBuilds(profiles, findings);
  return findings;
}

}  // namespace analysis
