#pragma once

#include <string>
#include <vector>

#include "model/profile.h"

// Whose doing a stack is: the innermost frame that is neither of the runtime nor of the standard library, kernel or C.
namespace analysis {

class FrameOwners {
 public:
  explicit FrameOwners(const model::Profile& profile);

  // "main.(*Cart).add (cart.go:31)"; empty where no frame of the stack is anybody's own. Valid as long as this.
  const std::string& Of(model::StackId stack) const { return name_[owner_[stack.index()]]; }

 private:
  std::vector<std::string> name_;  // by location; one more, empty, for none
  std::vector<uint32_t> owner_;    // by stack row: index of name_
};

}  // namespace analysis
