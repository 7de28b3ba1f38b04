#include <fmt/format.h>

#include <cstdio>

#include <algorithm>
#include <array>

#include "cli/commands.h"
#include "cli/output_file.h"
#include "cli/profile_options.h"
#include "proto/folded/folded_columns.h"
#include "proto/formats.h"
#include "render/folded_text.h"

namespace cli {
namespace {

void PrintWarnings(const model::Warnings& warnings) {
  for (const auto& kind : warnings.kinds()) {
    fmt::print(stderr, "goprof: {} x {}: {}\n", kind.count, kind.name, fmt::join(kind.examples, "; "));
  }
}

render::FoldedOptions FoldedOptionsAsked(const CommandLine& line, size_t value) {
  const bool all = line.Flag("all");
  return {.value = value,
          .mark_kernel = all || line.Flag("kernel"),
          .mark_jit = all || line.Flag("jit"),
          .mark_inlined = all || line.Flag("inline"),
          .addresses = line.Flag("addrs")};
}

// Nothing was asked for that looks into stacks, so lines can be taken as they are.
bool WantsLinesAsTheyAre(const CommandLine& line) {
  constexpr std::array kHarmless = {"input", "diff", "normalize", "output", "max-input"};
  return std::ranges::all_of(line.values(), [&](const auto& option) {
    return option.second.defaulted() || std::ranges::find(kHarmless, option.first) != kHarmless.end();
  });
}

void AddSide(const CommandLine& line, const ProfileOptions& options, const std::string& file,
             proto::FoldedColumns::Side side, proto::FoldedColumns& columns) {
  if (file != "-" && WantsLinesAsTheyAre(line)) {
    const auto source = proto::OpenFolded(file, {.max_unpacked_bytes = line.max_input_bytes()});
    if (source != nullptr) return columns.Add(side, file, *source);
  }
  analysis::ViewOptions asked = options.ViewAsked();
  asked.filters.must_match = false;  // one side may lack what the other has
  const analysis::View view(options.LoadOne(file), asked);
  PrintWarnings(view.profile().warnings);
  const std::string text = render::FoldedText(view.profile(), FoldedOptionsAsked(line, view.value()));
  if (!text.empty()) columns.Add(side, file, *proto::OpenBytes(file, text));
}

int WriteColumns(const CommandLine& line, const ProfileOptions& options) {
  const std::vector<std::string> files = line.Inputs(2, 2);
  proto::FoldedColumns columns;
  AddSide(line, options, files[0], proto::FoldedColumns::Side::kBefore, columns);
  AddSide(line, options, files[1], proto::FoldedColumns::Side::kAfter, columns);
  if (line.Flag("normalize")) columns.Normalize();
  OutputFile output(line.Text("output"));
  columns.Write([&](std::string_view text) { output.Write(text); });
  output.Commit();
  PrintWarnings(columns.warnings());
  return kClean;
}

}  // namespace

int RunGoprofFolded(Arguments arguments) {
  CommandLine line("goprof", "folded PROFILE ..",
                   "Prints folded stacks: a line per stack, its frames from the root with ';' between them, and its value. "
                   "For a perf script text\n"
                   "it is what stackcollapse-perf.pl and inferno-collapse-perf print, sorted.\n\n"
                   "  perf script | goprof folded -                   what a flame graph is made from\n"
                   "  goprof folded --kernel -focus=Serve perf.txt    marks kernel frames, below Serve only\n"
                   "  goprof folded -sample_index=alloc_space heap.pb.gz\n"
                   "  goprof folded --diff before.pb.gz after.pb.gz   two columns, as difffolded.pl writes them",
                   Prints::kBytes);
  ProfileOptions options(line);
  line.options().add_options()("kernel", po::bool_switch(), "put _[k] behind kernel functions")(
      "jit", po::bool_switch(), "put _[j] behind functions compiled at run time")(
      "inline", po::bool_switch(), "put _[i] behind inlined functions")("all", po::bool_switch(), "all three")(
      "addrs", po::bool_switch(), "show the address of frames without a symbol")(
      "diff", po::bool_switch(),
      "two inputs, before and after, as two columns; --normalize scales the first to the total of the second");
  if (!line.Parse(arguments)) return kClean;
  if (line.Flag("diff")) return WriteColumns(line, options);
  const analysis::View view = options.LoadView();
  OutputFile output(line.Text("output"));
  render::WriteFolded(view.profile(), FoldedOptionsAsked(line, view.value()),
                      [&](std::string_view text) { output.Write(text); });
  output.Commit();
  PrintWarnings(view.profile().warnings);
  return kClean;
}

}  // namespace cli
