#include <array>

#include "analysis/profile/callgrind.h"
#include "cli/commands.h"
#include "cli/profile_options.h"
#include "model/input_error.h"
#include "proto/gzip.h"
#include "proto/pprof/writer.h"
#include "render/folded_text.h"
#include "render/profile_json.h"

namespace cli {
namespace {

struct Form {
  const char* name;
  void (*write)(analysis::View& view, const analysis::TextSink& sink);
};

constexpr std::array kForms = {
    Form{"callgrind", [](analysis::View& view, const analysis::TextSink& sink) { analysis::Callgrind(view, sink); }},
    Form{"csv",
         [](analysis::View& view, const analysis::TextSink& sink) { render::ProfileCsv(view.profile(), sink.write); }},
    Form{"folded",
         [](analysis::View& view, const analysis::TextSink& sink) {
           render::WriteFolded(view.profile(), {.value = view.value()}, sink.write);
         }},
    Form{"json",
         [](analysis::View& view, const analysis::TextSink& sink) { render::ProfileJson(view.profile(), sink.write); }},
    Form{"pprof", [](analysis::View& view,
                     const analysis::TextSink& sink) { sink.write(proto::Gzip(proto::pprof::Write(view.profile()))); }},
    Form{"speedscope",
         [](analysis::View& view, const analysis::TextSink& sink) { render::SpeedscopeJson(view.profile(), sink.write); }},
};

std::string FormNames() {
  std::string names;
  for (const Form& form : kForms) names += (names.empty() ? "" : ", ") + std::string(form.name);
  return names;
}

}  // namespace

int RunGoprofConvert(Arguments arguments) {
  CommandLine line("goprof", "convert PROFILE .. --to FORM",
                   "Writes profiles for other programs, with the filters that are given.\n\n"
                   "  goprof convert cpu.pb.gz --to speedscope -o cpu.speedscope.json   for speedscope.app\n"
                   "  perf script | goprof convert - --to pprof -o perf.pb.gz           for go tool pprof\n"
                   "  goprof convert heap.pb.gz --to csv                                for a spreadsheet",
                   Prints::kBytes);
  ProfileOptions options(line);
  line.options().add_options()("to", po::value<std::string>()->value_name("FORM"), ("one of: " + FormNames()).c_str());
  if (!line.Parse(arguments)) return kClean;
  for (const Form& form : kForms) {
    if (line.Text("to") != form.name) continue;
    analysis::View view = options.LoadView();
    return options.Stream([&](const analysis::TextSink& sink) { form.write(view, sink); });
  }
  throw model::UsageError("--to: wanted one of " + FormNames());
}

}  // namespace cli
