#pragma once

#include <cstddef>
#include <cstdint>

// Every number this analysis decides by, with its reason. None is fitted to a program: each says how much of something is
// needed before it stops being chance.
namespace analysis::deadlock {

// --- What is kept while reading
constexpr size_t kPartnersKept = 16;      // a goroutine that has more has no regular partner
constexpr size_t kWakingStacksKept = 16;  // code does its sends and unlocks at a handful of places

// --- Addresses in a goroutine dump
constexpr uint64_t kSmallestPointer = 0x10000;  // smaller values are numbers
constexpr uint64_t kObjectSpan = 512;           // a lock lies within so many bytes of the start of its struct

// --- Kinship
constexpr int kNearGenerations = 3;      // request -> worker -> helper: deeper trees of one request are rare
constexpr size_t kSmallHousehold = 8;    // a creator with so few children is one instance, not a factory
constexpr int kInstanceGenerations = 6;  // how far up loops are looked for
constexpr int kFamilyGenerations = 4;    // ancestors that make two waiting goroutines candidates for one ring
constexpr int kGenerationsKept = kInstanceGenerations + 1;  // of ancestors that have ended: nobody looks further up
constexpr size_t kTwins = 32;                               // started by one call, looked at on either side
constexpr size_t kFactory = 16;  // a creator with more children is no longer "the family" of each of them

// --- Waiting against the class's own history
constexpr int64_t kFarLonger = 20;           // times the longest completed wait: scheduling noise stays below 10
constexpr int64_t kStillMoving = 8;          // a wait up to this many times the longest is still in line
constexpr int64_t kSlack = 1'000'000;        // 1 ms: preemption (10 ms slices aside) and timers make shorter waits look long
constexpr uint32_t kOvertakenOnChannel = 3;  // channel queues are FIFO: so many later waiters served means other channels
constexpr uint32_t kOvertakenInSelect = 10;  // a select waits in several queues, and cases race
constexpr uint32_t kOvertakenAtLock = 5;     // a mutex hands over to the oldest waiter after 1 ms (starvation mode)
constexpr int64_t kLockPace = 2'500'000;     // 2.5 ms: the shortest "longest wait" that says anything about a lock

// --- Partners
constexpr uint32_t kKnownPartners = 3;  // waits ended here before those who ended them are taken for the only ones

// --- Populations
constexpr uint32_t kGrowing = 8;         // waiting goroutines of one birth before growth is more than a start-up
constexpr int kSpreadShare = 3;          // births over more than 1/3 of the trace are no start-up
constexpr uint32_t kManyInstances = 10;  // waiting, each from another creator: not a pool
constexpr uint32_t kPeersLeaked = 3;     // leaks at one site before the next one there is called so too

// --- How long is long enough
constexpr int64_t kClearlyLonger = 2;  // times the longest wait of its kind: it is not just the next one of them
constexpr int64_t kShortestStuck =
    1'000'000;  // 1 ms: by then a mutex has gone to its oldest waiter; shorter waits are everyday
constexpr int64_t kErrand =
    500'000'000;  // half a second: by then most back-offs, queries and writes are over, and who was at one comes back
constexpr double kDamagedShare = 0.8;  // of the confidence, where part of the trace is missing

// --- Rings
constexpr size_t kCandidatesPerWait = 400;  // holders looked at for one wait
constexpr size_t kPerSite = 5;              // of them from one site, where creation is unknown (pattern level)
constexpr size_t kFullPairing = 600;        // so many stuck goroutines are compared one with one
constexpr size_t kOnlyKin = 8;              // a family so small that its stuck members can be named without other evidence
constexpr size_t kStalledRing = 6;          // larger rings with merely stalled members are convoys

// --- From signs to verdicts (verdicts.h). Confidence is the sum of the signs found. That nobody was found is no proof, for
// a trace does not show who holds a reference; it takes about two more signs that point the same way.
constexpr double kLeak = 0.55;          // leak from here on, suspect below
constexpr double kMostCertain = 0.99;   // a trace never proves
constexpr double kRounding = 1e-9;      // of a sum of signs
constexpr double kPerhapsStuck = 0.30;  // somebody might help, but it is far-fetched
constexpr double kSignNoHelper = 0.30;
constexpr double kSignForever = 0.70;     // the language says so
constexpr double kSignLock = 0.50;        // locks are held briefly and always by somebody
constexpr double kSignResource = 0.40;    // as a lock, but whoever holds it can't be told so well
constexpr double kSignSend = 0.40;        // who sends wants to go on; waiting to send is never a way to idle
constexpr double kSignSendAtPost = 0.20;  // a server whose kind lives on may wait long for somebody who wants what it offers
constexpr double kSignWaitGroup = 0.30;   // closers wait long, but their workers live
constexpr double kSignWakersStuck = 0.30;  // by kinship or history it is known who, and that they can't
constexpr double kSignWakersGone = 0.20;   // the same, but who has ended may have left its work to somebody else
constexpr double kSignTooSoon = -0.30;
constexpr double kSignWakersGoneAtPost = 0.10;    // watchers and janitors are left to wait by those who made them
constexpr double kSignStranded = 0.20;            // its peers lived so much shorter
constexpr double kSignStrandedAtWork = 0.30;      // and it is no place to idle, so it is not just one that has less to do
constexpr double kSignCreatorEnded = 0.20;        // janitors outlive their creators too
constexpr double kSignCreatorGone = 0.25;         // creator stuck, or its call returned
constexpr double kSignCreatorGoneGrowing = 0.15;  // a loop that Start() leaves behind, but there are ever more of them
constexpr double kSignLeftBehind = 0.20;          // a channel that was local to that call, or one that others know too
constexpr double kSignPeersEnded = 0.20;          // this birth is meant to end
constexpr double kSignOverdue = 0.30;             // a quiet peer looks like a lost answer
constexpr double kSignChildrenEnded = 0.10;       // as wakers that are gone: they may have left their work to somebody else
constexpr double kSignManyCreators = 0.15;
constexpr double kSignEmptyWorld = 0.10;
constexpr double kSignOrphan =
    0.15;  // a lazily started janitor is made by whoever comes first, but then others come as well
constexpr double kSignFamilyMatter = 0.20;
constexpr double kSignFamilyMatterInside = 0.10;  // a client that listens: its server may have nothing to say for long
constexpr double kSignGrows = 0.15;
constexpr double kSignFarLonger = 0.10;
constexpr double kSignNoHistory = -0.10;
constexpr double kSignLikeOthers = 0.30;
constexpr double kSignBehindStuck = 0.20;
constexpr double kSignRing = 0.30;
constexpr double kSignStalledRing = 0.50;  // a ring of locks that never took so long, though somebody alive might hold one

}  // namespace analysis::deadlock
