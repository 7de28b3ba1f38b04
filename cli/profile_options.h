#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/profile/text_sink.h"
#include "analysis/profile/view.h"
#include "cli/command_line.h"
#include "proto/folded/folded.h"

// The options that pprof's users know, for every command that reports on profiles: which files, which samples, which values,
// how they are summed up. `go tool pprof -help` lists the same names with the same meaning.
namespace cli {

class ProfileOptions {
 public:
  // Adds the options to `line`; both must live until the report is made.
  explicit ProfileOptions(CommandLine& line);

  // What was asked for. Throws UsageError for options that contradict each other.
  analysis::ViewOptions ViewAsked() const;
  // Folded stacks in the order of their file, repeated where they are repeated there.
  void KeepOrder() { folded_order_ = proto::SampleOrder::kInOrder; }
  // Reads the inputs, adds them up, and takes the base off.
  model::Profile Load(const std::vector<std::string>& inputs) const;
  // One file as it is, without a base. `beside`: so many in all are to be read.
  model::Profile LoadOne(const std::string& path, size_t beside = 1) const;
  // Several at a time, in the order of `paths`; the first of them that can't be read throws.
  std::vector<model::Profile> LoadEach(const std::vector<std::string>& paths) const;
  model::Profile Load() const { return Load(line_.Inputs(1)); }
  analysis::View LoadView() const { return {Load(), ViewAsked()}; }
  // Runs `report` with a sink that escapes names and writes to where the user wants the output.
  int Stream(const std::function<void(const analysis::TextSink&)>& report) const;
  bool Given(const char* name) const { return line_.values().count(name) != 0 && !line_.values()[name].defaulted(); }

 private:
  std::string SampleIndex() const;

  CommandLine& line_;
  proto::SampleOrder folded_order_ = proto::SampleOrder::kMerged;
};

}  // namespace cli
