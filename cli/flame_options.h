#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "model/frame_tree.h"
#include "render/flame_svg.h"

// The options of every command that draws a flame graph, in the words that users of flamegraph.pl and inferno know.
namespace cli {

class FlameOptions {
 public:
  // Adds the options to `line`; both must live until the picture is drawn.
  explicit FlameOptions(CommandLine& line);

  // Reads what can be wrong in options before any input is read: UsageError.
  void Check();

  // The whole file. `title` and `subtitle` are used where the user gives none.
  std::string Draw(model::FrameTree tree, const std::string& title, const std::string& subtitle) const;
  // `tree` has two sides.
  std::string DrawChange(const model::FrameTree& tree, const render::FlameChangeOptions& options, const std::string& title,
                         const std::string& subtitle) const;

  std::vector<std::string> roots() const;
  std::string exclude() const;  // one expression for all of --exclude; empty = none
  bool is_reversed() const { return line_.Flag("reverse"); }
  bool is_chart() const { return line_.Flag("flamechart"); }  // in order of time: analysis::SequenceFrames
  std::string application() const { return line_.Text("application"); }

 private:
  render::FlameSvgOptions SvgOptions(const std::string& title, const std::string& subtitle) const;
  // Adds to the root what --total says beyond what the samples add up to.
  void FillUp(model::FrameTree& tree) const;
  render::FlameLayout LayOut(const model::FrameTree& tree, std::span<const int64_t> widths,
                             const render::FlameSvgOptions& options) const;

  CommandLine& line_;
  std::optional<render::Palette> palette_;
};

}  // namespace cli
