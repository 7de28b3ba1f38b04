#pragma once

#include <span>
#include <vector>

namespace analysis {

// p-values corrected for how many there are: Benjamini and Hochberg, "Controlling the false discovery rate", Journal of the
// Royal Statistical Society B 57 (1995), as adjusted p-values (Yekutieli and Benjamini 1999), in the order given. Calling
// all those below q significant makes a share of at most q of the calls wrong; where nothing differs at all, the chance of
// any call is at most q.
std::vector<double> BenjaminiHochberg(std::span<const double> p_values);

}  // namespace analysis
