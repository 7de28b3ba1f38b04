#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "cli/program.h"
#include "model/report.h"

// Options of one command, read with Boost.ProgramOptions. Words may come in any order, long options with one or two
// dashes (as pprof's users type them), and every command has the common ones: --help, --max-input, where it prints -o too,
// where that is a report --json, --exit-zero and --report-color.
//
//   CommandLine line("goprof", "top PROFILE ..", "Lists the functions that cost most.");
//   line.options().add_options()("cum", po::bool_switch(), "sort by cum");
//   if (!line.Parse(arguments)) return kClean;   // --help was asked for and printed
//   const auto files = line.Inputs(1);           // at least one; UsageError otherwise
namespace cli {

namespace po = boost::program_options;

// "true", "t", "yes", "y", "1" and their opposites, as pprof reads them; UsageError otherwise.
bool ParseBool(const std::string& option, const std::string& text);

// What a command prints: a model::Report (Emit), finished bytes in a form of their own (Write), or nothing, for it writes
// the files that its own options name.
enum class Prints { kReport, kBytes, kNothing };

class CommandLine {
 public:
  CommandLine(std::string program, std::string synopsis, std::string explanation, Prints prints = Prints::kReport);

  po::options_description& options() { return own_; }
  // Throws UsageError for what can't be understood. False: help was printed, nothing is to be done.
  bool Parse(Arguments arguments);

  const po::variables_map& values() const { return values_; }
  bool Flag(const char* name) const { return values_[name].as<bool>(); }
  std::string Text(const char* name) const {
    return values_.count(name) != 0 ? values_[name].as<std::string>() : std::string();
  }

  std::vector<std::string> Inputs(size_t at_least, size_t at_most = SIZE_MAX) const;
  uint64_t max_input_bytes() const { return max_input_bytes_; }  // 0 = not given

  // Prints the report as --json, -o and the terminal ask for; the exit status that goes with it.
  int Emit(const model::Report& report) const;
  // Writes finished bytes to -o or standard output.
  void Write(std::string_view bytes) const;

 private:
  void PrintHelp() const;

  std::string program_;
  std::string synopsis_;
  std::string explanation_;
  po::options_description own_{"Options"};
  po::options_description common_{"Common options"};
  po::variables_map values_;
  std::vector<std::string> inputs_;
  uint64_t max_input_bytes_ = 0;
};

}  // namespace cli
