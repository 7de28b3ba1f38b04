#include "cli/sides.h"

#include <fmt/format.h>

#include "model/input_error.h"

namespace cli {

void AddSideOptions(po::options_description& options, const char* what) {
  using Words = std::vector<std::string>;
  options.add_options()("before", po::value<Words>()->composing()->value_name("FILE .."),
                        fmt::format("{} from before the change", what).c_str())(
      "after", po::value<Words>()->composing()->value_name("FILE .."), fmt::format("{} from after it", what).c_str());
}

std::vector<std::string> WithRepeatedSides(Arguments arguments) {
  std::vector<std::string> words;
  std::string side;
  for (const std::string& word : arguments) {
    const std::string name = word.substr(std::min(word.find_first_not_of('-'), word.size()));
    if (word.starts_with('-') && word.size() > 1) {
      side = name == "before" || name == "after" ? "--" + name + "=" : "";
      if (side.empty()) words.push_back(word);
    } else {
      words.push_back(side + word);
    }
  }
  return words;
}

Sides SidesOf(const CommandLine& line) {
  const auto side = [&](const char* name) {
    return line.values().count(name) != 0 ? line.values()[name].as<std::vector<std::string>>() : std::vector<std::string>();
  };
  Sides sides{.before = side("before"), .after = side("after")};
  if (sides.before.empty() && sides.after.empty()) {
    const auto inputs = line.Inputs(2, 2);
    return {.before = {inputs[0]}, .after = {inputs[1]}};
  }
  if (sides.before.empty() || sides.after.empty()) throw model::UsageError("--before and --after need each other");
  line.Inputs(0, 0);
  return sides;
}

}  // namespace cli
