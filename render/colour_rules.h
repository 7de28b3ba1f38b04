#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "render/colour_space.h"

namespace re2 {
class RE2;
}

// A user's own colours for frames: "EXPRESSION=COLOUR" rules, the first that matches a frame's name wins.
//   libc\.so=#ff6b6b      async_.*=teal      .*_lock=rgb(255,230,109)
// The colour is what stands behind the last "=", so expressions may hold that character.
namespace render {

class ColourRules {
 public:
  ColourRules();
  ~ColourRules();
  ColourRules(ColourRules&&) noexcept;
  ColourRules& operator=(ColourRules&&) noexcept;

  // Throws UsageError that says what can't be understood.
  void Add(std::string_view rule);
  // One rule a line; empty lines and lines that begin with "# " are skipped. `file` stands in messages.
  void AddFile(std::string_view text, const std::string& file);
  bool empty() const { return rules_.empty(); }

  struct Rule {
    std::string text;  // the expression, for the legend
    std::unique_ptr<re2::RE2> expression;
    Rgb colour;
  };
  const std::vector<Rule>& rules() const { return rules_; }
  std::optional<size_t> FirstMatch(std::string_view name) const;

 private:
  std::vector<Rule> rules_;
};

}  // namespace render
