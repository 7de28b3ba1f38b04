#pragma once

#include <span>

// How much wider than counting explains do runs spread? A few runs tell little about one function, but all functions of a
// program were recorded in the same runs, so each one's estimate is drawn towards what is usual: G. K. Smyth, "Linear models
// and empirical Bayes methods for assessing differential expression in microarray experiments", Statistical Applications in
// Genetics and Molecular Biology 3 (2004), section 6.2. The more alike the functions are, the more degrees of freedom each
// one gains.
namespace analysis {

struct Dispersion {
  double value = 1;    // variance between runs as a multiple of the sampling variance
  double degrees = 0;  // of freedom; 0 or infinite: known, not estimated
};

// What is usual, from the estimates of many functions, each with `degrees` degrees of freedom. Fewer than 3 positive
// estimates give {1, 0 degrees}: nothing is known.
Dispersion FitPrior(std::span<const double> estimates, double degrees);

// One function's estimate, with its degrees of freedom, drawn towards what is usual; the value is never below 1. A function
// that spreads so much wider than is usual that chance would show it once in 100 keeps its own estimate: it is of another
// kind (code that reacts to its neighbours on the machine), and the others say nothing about it.
class Moderator {
 public:
  Moderator(const Dispersion& prior, double degrees);
  Dispersion Moderate(double estimate) const;

 private:
  Dispersion prior_;
  double degrees_;
  double odd_above_;  // estimates
};
Dispersion Moderate(const Dispersion& prior, double estimate, double degrees);

}  // namespace analysis
