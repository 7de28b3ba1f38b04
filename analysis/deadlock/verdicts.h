#pragma once

#include <string>
#include <vector>

#include "analysis/deadlock/liveness.h"

// From hopes to verdicts. A goroutine with a likely helper is idle; with a possible one it is a suspect. One without any is
// judged by signs: what it waits for, what became of those who could have helped, and how its peers fared. Each sign has a
// weight in thresholds.h; the sum is the confidence, and decides between leak and suspect. Rings (rings.h) turn leaks into
// deadlocks.
namespace analysis::deadlock {

enum class Verdict : uint8_t { kDeadlock, kLeak, kSuspect, kIdle };
const char* Name(Verdict verdict);

enum class Sign : uint8_t {
  kNoHelper,  // no rule found anybody
  kProven,    // by the runtime's leak detection
  kForever,
  kLock,      // a lock has a holder; none alive was found
  kResource,  // nobody idles here, by the table of known waits
  kSend,
  kWaitGroup,
  kCreatorEnded,
  kCreatorStuck,
  kCreatorMovedOn,  // the calls that made it have returned
  kLeftBehind,      // the creator served it from within the call that made it only, and that call has returned
  kPeersEnded,      // others of the same go statement have come and gone
  kOverdue,         // it is inside a call from which it used to come back so much sooner
  kChildrenEnded,   // it receives behind a go statement, and all that it started there have ended
  kManyCreators,
  kWakersStuck,   // those who ended such waits, or were started to, are stuck themselves
  kWakersGone,    // they have ended
  kEmptyWorld,    // nothing of the program lives but main
  kOrphan,        // the same, and main neither started it (or its ancestors) nor is where it could serve it
  kFamilyMatter,  // peers were woken by their own kin only, and this one's kin are gone or stuck
  kTooSoon,       // it has not waited long enough to tell
  kStranded,      // its peers live much shorter, and more and more stay like it
  kGrows,
  kFarLonger,    // than any completed wait here
  kNoHistory,    // it waited before the trace began
  kLikeOthers,   // as many leaked at the same place
  kBehindStuck,  // it waits for one that is stuck for good
};

struct SignFound {
  Sign sign;
  double weight;
  uint64_t count = 0;  // where the sentence has a number
  Row who = kNobody;   // where it names somebody
};

struct Judgement {
  Verdict verdict = Verdict::kIdle;
  double confidence = 0;
  std::vector<SignFound> signs;
  // Not hopeless, but its lock was never held so long; or all its hope rests on such goroutines.
  bool is_stalled = false;
  bool is_proven = false;
  bool is_too_soon = false;
  void Add(SignFound sign);
};

// One entry for each goroutine row; meaningful for those that wait.
std::vector<Judgement> Judge(const Scene& scene, const std::vector<HopeFound>& hopes);
std::string Explain(const Scene& scene, const SignFound& sign);

}  // namespace analysis::deadlock
