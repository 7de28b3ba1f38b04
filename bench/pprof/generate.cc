#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/pprof/program.h"
#include "model/profile.h"
#include "proto/gzip.h"
#include "proto/pprof/writer.h"

// Inputs for bench/pprof/pprof.sh, the same bytes each time:
//   bench_profiles pprof OUT SAMPLES FUNCTIONS SEED [labels]    a gzipped CPU profile; labels: on half of the samples
//   bench_profiles folded OUT STACKS FUNCTIONS SEED             that many distinct folded stacks, sorted
// Two seeds are two recordings of one program.
namespace {

constexpr uint64_t kProgramSeed = 1;

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("can't write " + path);
}

class ProfileMaker {
 public:
  explicit ProfileMaker(bench::Program& program) : program_(program), locations_(program.functions().size()) {
    model::Symbols& symbols = profile_.symbols;
    const auto type = [&](const char* name, const char* unit) {
      return model::ValueType{symbols.InternString(name), symbols.InternString(unit)};
    };
    profile_.value_types = {type("samples", "count"), type("cpu", "nanoseconds")};
    profile_.period_type = profile_.value_types[1];
    profile_.period = kPeriod;
    profile_.duration_nanos = 60'000'000'000;
    profile_.time_nanos = 1'790'000'000'000'000'000;
    mapping_ = symbols.AddMapping({.start = 0x400000,
                                   .limit = 0x40000000,
                                   .file = symbols.InternString("/usr/local/bin/shop"),
                                   .build_id = symbols.InternString("7f3a9c1e5b2d48f0"),
                                   .has_functions = true,
                                   .has_filenames = true,
                                   .has_line_numbers = true,
                                   .has_inline_frames = true});
    profile_.main_mapping = mapping_;
  }

  model::Profile Make(size_t samples, uint64_t seed, bool has_labels) {
    bench::Dice dice(seed);
    for (size_t i = 0; i < samples; ++i) {
      model::StackId stack = model::StackTrie::root();
      for (const uint32_t function : program_.Stack(dice, 30)) stack = profile_.stacks.Child(stack, Location(function));
      const auto count = static_cast<int64_t>(1 + dice.Exponential() * 1.5);
      const int64_t values[] = {count, count * kPeriod};
      profile_.AddSample(stack, values, has_labels && i % 2 == 0 ? Labels(dice) : model::LabelSetId(0));
    }
    return std::move(profile_);
  }

 private:
  static constexpr int64_t kPeriod = 10'000'000;

  model::LocationId Location(uint32_t function) {
    auto& known = locations_[function];
    if (known) return *known;
    std::vector<model::Line> lines;
    for (const uint32_t inlined : program_.functions()[function].inlined) lines.push_back(Line(inlined));
    lines.push_back(Line(function));
    known = profile_.symbols.InternLocation({.mapping = mapping_, .address = 0x401000 + uint64_t{function} * 208}, lines);
    return *known;
  }
  model::Line Line(uint32_t number) {
    const bench::ProgramFunction& function = program_.functions()[number];
    const model::StringId name = profile_.symbols.InternString(function.name);
    const model::FunctionId id = profile_.symbols.InternFunction({.name = name,
                                                                  .system_name = name,
                                                                  .file = profile_.symbols.InternString(function.file),
                                                                  .start_line = function.line});
    return {.function = id, .line = function.line + 7};
  }
  model::LabelSetId Labels(bench::Dice& dice) {
    const auto label = [&](const char* key, const std::string& text) {
      return model::Label{.key = profile_.symbols.InternString(key), .text = profile_.symbols.InternString(text)};
    };
    const double tenant = dice.Share();
    const model::Label labels[] = {label("tenant", fmt::format("tenant-{:02}", static_cast<int>(16 * tenant * tenant))),
                                   label("endpoint", fmt::format("/api/v2/{:02}", dice.Below(12)))};
    return profile_.labels.Intern(labels);
  }

  bench::Program& program_;
  model::Profile profile_;
  model::MappingId mapping_;
  std::vector<std::optional<model::LocationId>> locations_;
};

std::string FoldedStacks(bench::Program& program, size_t stacks, uint64_t seed) {
  bench::Dice dice(seed);
  std::map<std::string, int64_t> counts;
  while (counts.size() < stacks) {
    std::string line = "shop";
    for (const uint32_t function : program.Stack(dice, 16)) line += ";" + program.functions()[function].name;
    counts[line] += static_cast<int64_t>(1 + dice.Exponential() * 3);
  }
  std::string text;
  for (const auto& [line, count] : counts) text += fmt::format("{} {}\n", line, count);
  return text;
}

int Run(const std::vector<std::string>& arguments) {
  const std::string& kind = arguments.at(0);
  const size_t count = std::stoull(arguments.at(2));
  bench::Program program(std::stoull(arguments.at(3)), kProgramSeed);
  const uint64_t seed = std::stoull(arguments.at(4));
  if (kind == "pprof") {
    const model::Profile profile = ProfileMaker(program).Make(count, seed, arguments.size() > 5);
    Write(arguments.at(1), proto::Gzip(proto::pprof::Write(profile)));
  } else {
    Write(arguments.at(1), FoldedStacks(program, count, seed));
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int count, char** words) {
  try {
    return Run({words + 1, words + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_profiles: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
