#include <fmt/format.h>

#include "analysis/frame_profile.h"
#include "analysis/profile/diff.h"
#include "analysis/profile/diff_report.h"
#include "analysis/profile/top.h"
#include "cli/commands.h"
#include "cli/profile_options.h"
#include "model/input_error.h"
#include "model/units.h"
#include "proto/gzip.h"
#include "render/html_data.h"
#include "render/html_page.h"
#include "render/html_report.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;
using Views = std::vector<analysis::View>;

constexpr const char* kExplanation =
    "Writes one HTML file that needs nothing else: flame graph, callers and callees of a function, top table, search, "
    "labels, sample\n"
    "types, and what changed where there is a before. Open it from disk, mail it, or attach it to a CI run.\n\n"
    "  goprof report cpu.pb.gz -o report.html\n"
    "  goprof report --before a1 a2 a3 --after b1 b2 b3 -o report.html";

std::string BaseName(const std::string& path) { return path == "-" ? "standard input" : path.substr(path.rfind('/') + 1); }

std::string Names(const Words& files) {
  return BaseName(files[0]) + (files.size() > 1 ? fmt::format(" and {} more", files.size() - 1) : "");
}

// "cpu.pb.gz: cpu 3.19s, 271 samples, recorded 3.13s"
std::string Made(const std::string& file, const analysis::View& view) {
  const model::Profile& profile = view.profile();
  std::string text = fmt::format("{}: {} {} in {} samples", BaseName(file), view.type(),
                                 model::FormatValue(view.total(), view.unit()), model::FormatCount(profile.sample_count()));
  if (profile.duration_nanos > 0)
    text += fmt::format(", recorded for {}", model::FormatValue(profile.duration_nanos, "nanoseconds"));
  for (const std::string& comment : profile.comments) text += "; " + comment;
  return text;
}

analysis::FrameMergeOptions MergeOptions(const CommandLine& line, const analysis::ViewOptions& view) {
  return {.granularity = view.granularity.value_or(model::Granularity::kFunctions),
          .inlines = view.inlines,
          .application = line.Text("application")};
}

Views Load(const ProfileOptions& options, const Words& files, bool must_match) {
  analysis::ViewOptions view = options.ViewAsked();
  view.filters.must_match = must_match;
  Views views;
  for (const std::string& file : files) views.emplace_back(options.LoadOne(file), view);
  return views;
}

std::string Stacks(const CommandLine& line, const model::FrameProfile& stacks) {
  return render::Base64(proto::Gzip(render::PageBytes(stacks, render::Palette(line.Text("colors")))));
}

void AddTo(analysis::FrameProfileBuilder& builder, std::vector<std::string>& made, const Words& files, const Views& views) {
  for (size_t i = 0; i < files.size(); ++i) {
    builder.Add(views[i].profile());
    made.push_back(Made(files[i], views[i]));
  }
}

render::PageContent PlainPage(const CommandLine& line, const ProfileOptions& options) {
  const Words files = line.Inputs(1);
  Views views = Load(options, files, true);
  const size_t value = views[0].value();
  render::PageContent page{.title = Names(files)};
  analysis::FrameProfileBuilder builder(MergeOptions(line, options.ViewAsked()), value);
  AddTo(builder, page.made, files, views);
  page.stacks = Stacks(line, builder.Take());
  page.subtitle = page.made.size() == 1 ? "" : fmt::format("{} profiles added up", files.size());
  page.sections.push_back({"text", "As text", render::HtmlReport(analysis::Top(std::move(views[0])))});
  return page;
}

render::PageContent ChangePage(const CommandLine& line, const ProfileOptions& options, const Words& before,
                               const Words& after) {
  const Views views_before = Load(options, before, false), views_after = Load(options, after, false);
  render::PageContent page{.title = fmt::format("{} → {}", Names(before), Names(after))};
  const model::Report changes =
      analysis::DiffReport(analysis::Compare(views_before, views_after, {.normalize = line.Flag("normalize")}));
  page.subtitle = changes.answer;
  page.sections.push_back({"changes", "Changes", render::HtmlReport(changes)});
  analysis::FrameProfileBuilder builder(MergeOptions(line, options.ViewAsked()), views_before[0].value());
  builder.AddSide("before");
  AddTo(builder, page.made, before, views_before);
  builder.AddSide("after");
  AddTo(builder, page.made, after, views_after);
  page.stacks = Stacks(line, builder.Take());
  return page;
}

// The words of the command line, without where the page went: the same page is the same bytes in any place.
std::string OptionsSaid(Arguments arguments) {
  std::string words;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-o" || word == "--output" || word == "-output") {
      ++i;
    } else if (!word.starts_with("--output=") && !word.starts_with("-o")) {
      words += " " + (word.starts_with('-') ? word : BaseName(word));
    }
  }
  return words;
}

}  // namespace

int RunGoprofReport(Arguments arguments) {
  CommandLine line("goprof", "report PROFILE ..", kExplanation, Prints::kBytes);
  const auto files = [] { return po::value<Words>()->multitoken()->composing()->value_name("FILE .."); };
  line.options().add_options()("before", files(), "recordings of before")("after", files(), "recordings of after")(
      "title", po::value<std::string>()->value_name("TEXT"), "instead of the files' names")(
      "colors", po::value<std::string>()->default_value("go")->value_name("PALETTE"),
      ("palette: " + render::Palette::Names()).c_str())("application", po::value<std::string>()->value_name("PATH"),
                                                        "import path of your module, where the input has no file names");
  ProfileOptions options(line);
  if (!line.Parse(arguments)) return kClean;
  const auto side = [&](const char* name) {
    return line.values().count(name) != 0 ? line.values()[name].as<Words>() : Words();
  };
  const Words before = side("before"), after = side("after");
  if (before.empty() != after.empty()) throw model::UsageError("--before and --after need each other");
  if (!before.empty()) line.Inputs(0, 0);
  render::PageContent page = before.empty() ? PlainPage(line, options) : ChangePage(line, options, before, after);
  if (line.values().count("title") != 0) page.title = line.Text("title");
  page.made.push_back(fmt::format("Made by goprof report{}", OptionsSaid(arguments)));
  line.Write(render::HtmlPage(page));
  return kClean;
}

}  // namespace cli
