#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/event.h"
#include "model/event_source.h"

// How much of the procs the program had for itself while the collector worked. Utilisation is a step function of time, 1
// when no proc does anything for the collector and 0 when all do; its mean over every window of one length has a least
// value, the minimum mutator utilisation (Cheng and Blelloch), and a distribution. What counts is what counts for `go tool
// trace`, but for one thing: it adds a mark worker again at each of its labels (one per start) and takes it away once, so
// from the second collection on procs seem to be the collector's for ever, and its function ends at the last change.
// `as_go_tool` does that.
namespace analysis {

struct UtilisationOptions {
  bool stop_the_world = true;
  bool background = true;  // mark workers
  bool assist = true;
  bool sweep = false;
  bool as_go_tool = false;  // with its mistake, to compare
  bool per_proc = false;    // a function per proc, the worst of them; dedicated workers do not count then
};

struct UtilisationStep {
  model::Time time = 0;
  double value = 1;  // from `time` to the next step's; the last step ends the function and has no meaning of its own
};
using UtilisationFunction = std::vector<UtilisationStep>;
void CutTo(UtilisationFunction& function, model::Time from, model::Time to);  // empty where it has nothing there

// Builds the functions while a trace is read: one, or one per proc that ever was. 16 bytes per change.
class UtilisationBuilder {
 public:
  UtilisationBuilder(const UtilisationOptions& options, const model::EventSource& source)
      : options_(options), source_(&source) {}

  void See(const model::Event& event);
  std::vector<UtilisationFunction> Finish();

 private:
  struct Proc {
    int collecting = 0;
    size_t function = 0;
  };
  enum class Range { kOther, kStopTheWorld, kAssist, kSweep };

  Range Kind(model::StringId name);
  void SetProcs(size_t count, model::Time time);
  void SeeRangeActive(const model::Event& event);
  void SeeRangeBegin(const model::Event& event);
  void SeeRangeEnd(const model::Event& event);
  void SeeState(const model::Event& event);
  void SeeLabel(const model::Event& event);
  void ChangeProc(model::ProcId proc, int change);
  void Record(model::Time time);
  bool IsFirstGeneration() const { return syncs_ <= 1; }

  UtilisationOptions options_;
  const model::EventSource* source_;
  std::vector<UtilisationFunction> functions_;
  std::vector<Proc> procs_;
  std::vector<std::pair<model::Time, size_t>> proc_counts_;
  std::unordered_map<model::StringId, Range> kinds_;
  std::unordered_map<model::GoroutineId, model::GoState> states_;   // in the first generation
  std::unordered_set<model::GoroutineId> assisting_, marking_;      // marking_: as_go_tool, once a worker, always one
  std::unordered_map<model::GoroutineId, model::ProcId> marks_on_;  // workers that run
  bool is_changed_ = false;                                         // since Record
  int stopped_ = 0;
  int syncs_ = 0;
  model::Time end_ = 0;
  bool has_events_ = false;
};

struct UtilisationWindow {
  model::Time begin = 0;
  double mean = 0;
};

class UtilisationCurve {
 public:
  explicit UtilisationCurve(std::vector<UtilisationFunction> functions);

  bool empty() const { return series_.empty(); }
  // The least mean over all windows of that length; of the whole where it is shorter. O(steps).
  double Minimum(int64_t window) const;
  // Means that are undercut during these shares of the time (0.001: all but the worst thousandth is better). O(steps) where
  // the means are spread.
  std::vector<double> Quantiles(int64_t window, std::span<const double> shares) const;
  // The worst windows that don't overlap, at most `count`, worst first.
  std::vector<UtilisationWindow> Worst(int64_t window, size_t count) const;
  double Mean() const;  // over everything

 private:
  struct Series {
    UtilisationFunction steps;
    std::vector<double> sums;  // integral up to step i
  };
  template <class Each>
  static void Slide(const Series& series, int64_t window, Each each);
  template <class Each>
  void EachStretch(int64_t window, Each each) const;
  struct Edge {  // of what lies in a bucket: from here on so much more time per mean, and so much at once
    double mean, slope, jump;
  };
  struct Wanted {  // the mean below which lie `ns` of the time that belongs to one bucket
    size_t bucket;
    double ns;
    std::vector<Edge> edges;
  };
  std::vector<double> QuantilesIn(int64_t window, std::span<Wanted> wanted) const;
  static double QuantileOf(Wanted& wanted);

  std::vector<Series> series_;
};

}  // namespace analysis
