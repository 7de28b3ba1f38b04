#include "cli/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <charconv>
#include <sstream>

#include "cli/output_file.h"
#include "model/input_error.h"
#include "render/json_report.h"
#include "render/text_report.h"

namespace cli {
namespace {

// "512M", "2GiB", "1000000"
uint64_t ParseSize(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) throw model::UsageError(fmt::format("--max-input {}: wanted a size such as 512M or 4G", text));
  const std::string_view suffix(end, static_cast<size_t>(text.data() + text.size() - end));
  constexpr std::string_view kLetters = "KMGT";
  if (suffix.empty() || suffix == "B") return number;
  const size_t power = kLetters.find(static_cast<char>(std::toupper(static_cast<unsigned char>(suffix[0]))));
  const std::string_view rest = suffix.substr(1);
  if (power == std::string_view::npos || (rest != "" && rest != "B" && rest != "iB") ||
      number >> (63 - 10 * (power + 1)) != 0) {
    throw model::UsageError(fmt::format("--max-input {}: wanted a size such as 512M or 4G", text));
  }
  return number << (10 * (power + 1));
}

// "-cum=true" as "-cum", and "-cum=false" as nothing: pprof's way to write a flag, which Boost does not know.
std::vector<std::string> WithPlainFlags(Arguments arguments, const po::options_description& known) {
  std::vector<std::string> words;
  for (const std::string& word : arguments) {
    const size_t equals = word.find('=');
    const size_t dashes = word.starts_with("--") ? 2 : 1;
    const bool is_long = word.starts_with('-') && equals != std::string::npos && equals > dashes;
    const po::option_description* option =
        is_long ? known.find_nothrow(word.substr(dashes, equals - dashes), false) : nullptr;
    if (option == nullptr || option->semantic()->max_tokens() != 0) {
      words.push_back(word);
    } else if (ParseBool(option->long_name(), word.substr(equals + 1))) {
      words.push_back("--" + option->long_name());
    }
  }
  return words;
}

bool ColourWanted(const std::string& when, const std::string& output) {
  if (when == "always") return true;
  if (when == "never") return false;
  if (when != "auto") throw model::UsageError(fmt::format("--report-color {}: wanted auto, always or never", when));
  return output.empty() && ::isatty(STDOUT_FILENO) != 0 && ::getenv("NO_COLOR") == nullptr;
}

}  // namespace

bool ParseBool(const std::string& option, const std::string& text) {
  std::string word;
  for (const char c : text) word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* yes : {"true", "t", "yes", "y", "1", ""}) {
    if (word == yes) return true;
  }
  for (const char* no : {"false", "f", "no", "n", "0"}) {
    if (word == no) return false;
  }
  throw model::UsageError(fmt::format("-{}={}: wanted true or false", option, text));
}

CommandLine::CommandLine(std::string program, std::string synopsis, std::string explanation, Prints prints)
    : program_(std::move(program)), synopsis_(std::move(synopsis)), explanation_(std::move(explanation)) {
  auto add = common_.add_options();
  add("help,h", po::bool_switch(), "show this text");
  if (prints == Prints::kReport) add("json", po::bool_switch(), "print the report as one JSON document");
  if (prints != Prints::kNothing)
    add("output,o", po::value<std::string>()->value_name("FILE"),
        "write to FILE, whole or not at all, instead of standard output");
  if (prints == Prints::kReport) {
    add("exit-zero", po::bool_switch(), "exit with 0 also where something was found");
    add("report-color", po::value<std::string>()->default_value("auto")->value_name("WHEN"),
        "colours: auto, always or never");
  }
  add("max-input", po::value<std::string>()->value_name("SIZE"),
      "refuse a packed input that unpacks to more than SIZE (512M, 20G); without it: 256M and 200 times its packed size");
}

bool CommandLine::Parse(Arguments arguments) {
  po::options_description all;
  po::options_description hidden;
  hidden.add_options()("input", po::value<std::vector<std::string>>(&inputs_));
  all.add(own_).add(common_).add(hidden);
  po::positional_options_description positional;
  positional.add("input", -1);
  namespace style = po::command_line_style;
  const int kStyle = (style::unix_style | style::allow_long_disguise) & ~style::allow_guessing;
  try {
    const std::vector<std::string> words = WithPlainFlags(arguments, all);
    po::store(po::command_line_parser(words).options(all).positional(positional).style(kStyle).run(), values_);
    po::notify(values_);
  } catch (const po::error& error) {
    throw model::UsageError(fmt::format("{}. `{} {} --help` lists the options", error.what(), program_,
                                        synopsis_.substr(0, synopsis_.find(' '))));
  }
  if (Flag("help")) {
    PrintHelp();
    return false;
  }
  if (values_.count("max-input") != 0) max_input_bytes_ = ParseSize(Text("max-input"));
  if (values_.count("report-color") != 0) ColourWanted(Text("report-color"), "");
  return true;
}

void CommandLine::PrintHelp() const {
  std::ostringstream text;
  text << own_ << '\n' << common_;
  fmt::print("Usage: {} {}\n\n{}\n\n{}", program_, synopsis_, explanation_, text.str());
}

std::vector<std::string> CommandLine::Inputs(size_t at_least, size_t at_most) const {
  if (inputs_.size() < at_least || inputs_.size() > at_most) {
    const std::string wanted = at_least == at_most         ? fmt::format("{}", at_least)
                               : inputs_.size() < at_least ? fmt::format("at least {}", at_least)
                                                           : fmt::format("at most {}", at_most);
    throw model::UsageError(
        fmt::format("found {} input files, wanted {}. Usage: {} {}", inputs_.size(), wanted, program_, synopsis_));
  }
  return inputs_;
}

int CommandLine::Emit(const model::Report& report) const {
  if (Flag("json")) {
    Write(render::JsonReport(report));
  } else {
    const bool colour = ColourWanted(Text("report-color"), Text("output"));
    Write(render::TextReport(report, colour ? render::Colour::kAnsi : render::Colour::kNone));
  }
  return report.found && !Flag("exit-zero") ? kFound : kClean;
}

void CommandLine::Write(std::string_view bytes) const { WriteOutput(Text("output"), bytes); }

}  // namespace cli
