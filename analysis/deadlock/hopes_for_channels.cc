#include <algorithm>
#include <map>

#include "analysis/deadlock/known_wakers.h"
#include "analysis/deadlock/liveness.h"
#include "analysis/deadlock/objects.h"
#include "analysis/deadlock/thresholds.h"

// Who could end a wait on a channel, a condition variable or a wait group: by history (who ended such waits), by kinship
// (who was given the same channel at the go statement) and by code (who works on the same type).
namespace analysis::deadlock {
namespace {

bool IsAnotherInstance(const Question& q, Row other) {
  if (HandOf(q.scene.facts(), q.row, other, q.scene.stacks().traits(q.leaf).receiver) == Hand::kOther) return true;
  return q.is_family_matter && !q.scene.kinship().MayBeOneInstance(q.row, other);
}

// A dump tells who its kin are, but not who of them ever ended such a wait.
bool KnowsKinFromDumpOnly(const Question& q) { return q.goroutine.is_older && q.post.ended_by_another == 0; }

// Of such kin only those count that have the same object in hand, or are in the same part of the program; whom a WaitGroup
// waits for, neither birth nor place says.
bool IsKinAtWork(const Question& q, Row who) {
  if (!KnowsKinFromDumpOnly(q)) return true;
  const Hand hand = SharedReceiver(q.scene.facts(), q.row, who);
  if (hand != Hand::kUnknown || q.wait.kind == WaitKind::kWaitGroup) return hand == Hand::kHas;
  return SharedFrame(q.scene.stacks(), q.wait.stack, q.scene.StackOf(who)) != FunctionId(0);
}

// The partner has turned to others: from the line where it served this goroutine it has served another one since.
bool HasTurnedToOthers(const Facts& facts, Row partner, Row from) {
  const auto& served = facts.at(partner).has_woken;  // in order of first service
  const auto mine = std::ranges::find(served, from, &Goroutine::Partner::who);
  if (mine == served.end()) return served.size() >= kPartnersKept;  // so many others since that it is forgotten
  return std::any_of(mine + 1, served.end(),
                     [&](const auto& other) { return other.place == mine->place && other.who != from; });
}

// It has started others since this wait began. Whose receiver has ended waits for ever if nobody comes in its place; a
// receiver's partners may come and go as they like.
bool StillMakes(const Question& q, Row maker) {
  if (q.wait.kind != WaitKind::kSend) return true;
  const Facts& facts = q.scene.facts();
  return std::ranges::any_of(facts.at(maker).lines,
                             [&](LineRow line) { return facts.at(facts.lines[line].members.back()).born > q.wait.since; });
}

// Those it did this with before. One that has ended stands for the next of its kind, if it was no kin: the one who starts
// them lives and goes on (requests come and go).
void Partners(const Question& q, Hopes& hopes) {
  const Facts& facts = q.scene.facts();
  std::map<Row, uint32_t> came_and_went;  // by creator
  for (Row partner : q.scene.PartnersOf(q.row)) {
    const Goroutine& other = facts.at(partner);
    if (partner == q.goroutine.creator && q.is_left_behind) continue;
    if (!other.has_ended) {
      if (!q.is_overtaken || !HasTurnedToOthers(facts, partner, q.row))
        hopes.Offer(Hope::kLikely, HopeRule::kPartner, partner);
    } else if (other.creator != kNobody && KinOf(facts, q.row, partner) == Kin::kStranger && StillMakes(q, other.creator)) {
      ++came_and_went[other.creator];
    }
  }
  for (const auto& [creator, count] : came_and_went) {
    hopes.Offer(count > 1 ? Hope::kLikely : Hope::kPerhaps, HopeRule::kMakesPartners, creator);
  }
}

// By whom every wait of it here was ended, and to whom all that it sent from here went, if that one is still there: two that
// talk to each other only. Else nobody.
Row OnlyPartner(const Question& q) {
  const LocationId place = q.scene.stacks().leaf(q.wait.stack);
  Row only = kNobody;
  uint32_t times = 0;
  for (const auto* list : {&q.goroutine.woken_by, &q.goroutine.has_woken}) {
    if (list == &q.goroutine.has_woken && q.wait.kind != WaitKind::kSend) break;
    for (const auto& partner : *list) {
      if (partner.place != place) continue;
      if (only != kNobody && only != partner.who) return kNobody;
      only = partner.who;
      times += partner.times;
    }
  }
  const bool is_known = only != kNobody && times >= kKnownPartners && q.scene.IsPresent(only);
  return is_known ? only : kNobody;
}

// Waits at this line were ended often enough by others that those who never did are no candidates; a sender knows its
// receiver from the first time (whereas any one may come to close what a receiver waits for).
bool HasKnownPartners(const Question& q) {
  const bool is_doing_something = q.wait.kind == WaitKind::kSend || q.is_mid_work;
  if (!is_doing_something) return false;
  if (!q.scene.PartnersOf(q.row).empty()) return true;
  return q.scene.facts().places[q.site.place].ended_by_another >= kKnownPartners;
}

// Where strangers end such waits, any of them may end this one. If others were served instead, it waits on another object
// than they did; that one may have the same kind of partner, who has no reason to come yet.
void WhoWakesThisSite(const Question& q, Hopes& hopes) {
  if (q.is_family_matter) return;
  const Hope strength = q.is_overtaken ? Hope::kPerhaps : Hope::kLikely;
  for (const auto& [who, count] : q.site.living_wakers) {
    const bool is_kin_turned_away = q.is_overtaken && KinOf(q.scene.facts(), q.row, who) != Kin::kStranger;
    const bool has_passed_by = HasPassedBy(q, who);
    if (who == q.row || is_kin_turned_away || (has_passed_by && !q.scene.PartnersOf(q.row).empty())) continue;
    hopes.Offer(has_passed_by ? Hope::kPerhaps : strength, HopeRule::kWakesThisSite, who);
  }
  for (const auto& [who, count] : q.site.makers_of_wakers) {
    if (StillMakes(q, who)) hopes.Offer(count > 1 ? strength : Hope::kPerhaps, HopeRule::kMakesWakers, who);
  }
}

bool MayReceive(const Scene& scene, Row who) {
  const Goroutine& goroutine = scene.facts().at(who);
  if (!scene.IsWaiting(who) || goroutine.is_older) return true;  // on its way, it may do anything
  return HasReceived(scene, who);
}

// What a helper is worth who was never seen to end such waits: little, where those who do are known.
Hope Unproven(const Question& q) { return HasKnownPartners(q) ? Hope::kPerhaps : Hope::kLikely; }

bool HasWokenHere(const Post& post, FunctionId start) {
  return std::ranges::any_of(post.relations, [&](const auto& entry) { return entry.first.waker_start == start; });
}

// What kin of whom nothing is known is worth to a sender: one that stands at a receive is at another channel, or the two
// would have met, and one that has gone round its loop since has passed it by.
Hope ForSender(const Question& q, Row who, Hope strength) {
  if (q.wait.kind != WaitKind::kSend) return strength;
  const bool goes_round = q.scene.GoesRoundSince(who, q.wait.since);
  const bool stands_at_receive = q.scene.IsWaiting(who) && IsChannel(q.scene.facts().at(who).wait->kind);
  if (goes_round && (stands_at_receive || HasPassedBy(q, who))) return Hope::kNone;
  return goes_round || stands_at_receive ? std::min(strength, Hope::kPerhaps) : strength;
}

// A goroutine started beside it, in the same round of the creator's loop, or outside of any loop.
class Siblings {
 public:
  Siblings(const Question& q, Hopes& hopes) : q_(q), hopes_(hopes), facts_(q.scene.facts()) {}

  void Ask() {
    if (q_.goroutine.creator == kNobody || q_.goroutine.line == kNoLine) return;
    for (LineRow line : facts_.at(q_.goroutine.creator).lines) {
      if (hopes_.is_settled()) return;
      if (q_.lively.HasInLine(line)) AskLine(line);
    }
  }

 private:
  // How this line's members go with the waiter: born beside it in one call or one round of a loop, or just by one creator.
  enum class Step : uint8_t { kOneCall, kOneRound, kNone };

  Step StepOf(LineRow row) const {
    const Kinship& kinship = q_.scene.kinship();
    const Lineage& line = facts_.lines[row];
    const Lineage& own = facts_.lines[q_.goroutine.line];
    if (!kinship.IsInLoop(q_.row) || !kinship.IsInLoop(line.members.front())) return Step::kNone;
    if (line.call == own.call && line.born != own.born) return Step::kOneCall;
    return kinship.IsInStep(q_.goroutine.line, row, q_.goroutine.round) ? Step::kOneRound : Step::kNone;
  }

  void AskLine(LineRow row) {
    const Lineage& line = facts_.lines[row];
    const Step step = StepOf(row);
    const Hope strength = StrengthOf(row, line, step);
    if (strength == Hope::kNone) return;
    if (step == Step::kOneRound) return Offer(strength, facts_.Member(line, q_.goroutine.round));
    for (Row who : line.members) {
      if (hopes_.best().hope >= strength) return;
      if (step == Step::kNone || facts_.at(who).call == q_.goroutine.call) Offer(strength, who);
    }
  }

  void Offer(Hope strength, Row who) {
    if (q_.wait.kind == WaitKind::kSend && !MayReceive(q_.scene, who)) strength = std::min(strength, Hope::kPerhaps);
    strength = ForSender(q_, who, strength);
    const bool has_signalled_not = q_.wait.kind == WaitKind::kCond && q_.scene.GoesRoundSince(who, q_.wait.since);
    if (has_signalled_not) strength = std::min(strength, Hope::kPerhaps);
    const bool is_twin = facts_.at(who).start == q_.goroutine.start;  // it does what this one does: it sends
    if (q_.wait.kind == WaitKind::kSend && is_twin && !HasReceived(q_.scene, who)) return;
    if (who != q_.row && q_.scene.IsPresent(who) && IsKinAtWork(q_, who)) hopes_.Offer(strength, HopeRule::kSibling, who);
  }

  // How much a living member of this lineage is worth.
  Hope StrengthOf(LineRow row, const Lineage& line, Step step) const {
    const Kinship& kinship = q_.scene.kinship();
    const bool is_of_every_round = kinship.round(line.members.front()) == Kinship::kEveryRound;
    const bool is_known_waker = HasWokenHere(q_.post, line.start);
    // A dump does not tell rounds apart, but who runs the same function is at the same end of the channel.
    const bool is_same_birth = row == q_.goroutine.line || (q_.goroutine.is_older && line.start == q_.goroutine.start);
    if (is_same_birth && !is_known_waker && (!is_of_every_round || q_.site.ended > 0)) return Hope::kNone;
    if (step != Step::kNone || is_known_waker) return Unproven(q_);  // one of its kind has, this one has not
    if (q_.is_overtaken || HasKnownPartners(q_)) return Hope::kNone;
    if (q_.wait.kind == WaitKind::kWaitGroup && HasDeadChildren(q_.scene, q_.row)) return Hope::kNone;
    if (step == Step::kNone && q_.is_left_behind) return Hope::kNone;  // what it waits for was made in that call
    const bool is_made_elsewhere =
        facts_.stacks.leaf_function(line.create_stack) != facts_.stacks.leaf_function(q_.goroutine.create_stack);
    if (is_made_elsewhere && q_.wait.kind == WaitKind::kSend) return Hope::kNone;
    return is_made_elsewhere || IsGrowing(q_.scene, q_.wait.site, q_.goroutine.creator) ? Hope::kPerhaps : Hope::kLikely;
  }

  const Question& q_;
  Hopes& hopes_;
  const Facts& facts_;
};

void Children(const Question& q, Hopes& hopes) {
  for (LineRow line : q.goroutine.lines) {
    if (!q.lively.HasInLine(line)) continue;
    for (Row who : q.scene.facts().lines[line].members) {
      if (hopes.is_settled()) return;
      if (q.scene.IsPresent(who) && IsKinAtWork(q, who)) hopes.Offer(Hope::kLikely, HopeRule::kChild, who);
    }
  }
}

// It is blocked in the very function from which it started a goroutine that still lives: it waits for that one.
bool WaitsForOwnChild(const Question& q) {
  for (LineRow row : q.goroutine.lines) {
    const Lineage& line = q.scene.facts().lines[row];
    const StackId user = q.scene.stacks().UserPart(line.create_stack);
    if (line.ended < line.born && q.scene.stacks().leaf_function(user) == q.leaf) return true;
  }
  return false;
}

// The creator has received from within the function that made this sender: it takes part in what goes on there.
bool CreatorTakesPart(const Question& q) {
  const FunctionId made_in = q.scene.stacks().leaf_function(q.goroutine.create_stack);
  const auto takes_part = [&](StackId stack) {
    return q.scene.stacks().IsOn(stack, made_in) && IsCounterpart(q.scene, WaitKind::kSend, stack);
  };
  const Goroutine& creator = q.scene.facts().at(q.goroutine.creator);
  return creator.HasWaitedToReceive() || std::ranges::any_of(creator.waking_stacks, takes_part);
}

// The creator is in the very call that made it: what it gave to the goroutine is in its hands.
bool IsCreatorAtHand(const Question& q) {
  return q.goroutine.creator != kNobody && !q.is_left_behind && ActivationOf(q.scene, q.row).is_innermost;
}

// Its creator is still inside the calls that made it, so it still has in hand what it gave to the goroutine.
void CreatorStillThere(const Question& q, Hopes& hopes) {
  const Row creator = q.goroutine.creator;
  if (creator == kNobody || q.scene.facts().at(creator).has_ended || q.found[creator].hope == Hope::kNone) return;
  const Activation activation = ActivationOf(q.scene, q.row);
  if (activation.frames == 0 || !IsKinAtWork(q, creator)) return;
  const bool is_no_receiver = HasKnownPartners(q) && !q.site.living_wakers.contains(creator);
  if (q.wait.kind == WaitKind::kSend && (!activation.is_innermost || is_no_receiver)) return;
  if (q.wait.kind == WaitKind::kWaitGroup && HasDeadChildren(q.scene, q.row)) return;
  if (q.is_family_matter && !q.site.living_wakers.contains(creator)) return;
  if ((q.is_overtaken || q.is_left_behind) && !activation.is_innermost) return;
  Hope strength = Hope::kLikely;
  if (WaitsForOwnChild(q)) strength = q.scene.stacks().traits(q.leaf).is_standard ? Hope::kNone : Hope::kPerhaps;
  const bool has_others = q.is_mid_work && HasKnownPartners(q) && !q.site.living_wakers.contains(creator);
  if (has_others || (q.wait.kind == WaitKind::kSend && !CreatorTakesPart(q))) strength = std::min(strength, Hope::kPerhaps);
  // Who receives from many may come to this one in its turn; but it goes round, and has not.
  const bool goes_round = q.wait.kind == WaitKind::kSend && q.scene.GoesRoundSince(creator, q.wait.since);
  if (goes_round) strength = std::min(strength, Hope::kPerhaps);
  if (strength == Hope::kLikely && IsGrowing(q.scene, q.wait.site, creator)) strength = Hope::kPerhaps;
  hopes.Offer(strength, HopeRule::kCreatorStillThere, creator,
              q.scene.stacks().outermost_function(q.goroutine.create_stack));
}

bool DoesCounterpart(const Question& q, Row who) {
  const auto& stacks = q.scene.facts().at(who).waking_stacks;
  return std::ranges::any_of(stacks, [&](StackId stack) { return IsCounterpart(q.scene, q.wait.kind, stack); });
}

// Somebody alive works inside the type in whose method it waits, or has woken others from there.
void MethodOfType(const Question& q, Hopes& hopes) {
  const StringId receiver = q.scene.stacks().traits(q.leaf).receiver;
  if (receiver == StringId(0) || q.wait.kind == WaitKind::kSend || q.is_overtaken) return;
  for (GroupRow group : q.scene.WithReceiver(receiver)) {
    if (q.scene.IsAtSite(group, q.wait.site)) continue;
    const auto offer = [&](Row who) {
      // A worker that goes round its loop is not about to call Done, nor Broadcast.
      const bool is_counted = q.wait.kind == WaitKind::kWaitGroup || q.wait.kind == WaitKind::kCond;
      const bool goes_round = is_counted && q.scene.GoesRoundSince(who, q.wait.since);
      const Hope strength = goes_round ? Hope::kPerhaps : Unproven(q);
      if (who != q.row && !IsAnotherInstance(q, who)) hopes.Offer(strength, HopeRule::kMethodOfType, who, q.leaf);
      return hopes.is_settled();
    };
    if (q.lively.AnyInGroup(group, q.found, offer)) return;
  }
  const bool has_creator_left = q.goroutine.creator != kNobody && !IsCreatorAtHand(q);
  for (Row who : q.scene.WokeFrom(receiver)) {
    if (hopes.is_settled()) return;
    if (who == q.row || (who == q.goroutine.creator && has_creator_left) || IsAnotherInstance(q, who) ||
        !DoesCounterpart(q, who))
      continue;
    hopes.Offer(Unproven(q), HopeRule::kMethodWoke, who);
  }
}

// No such wait has ended inside the trace: somebody alive who does the other end of such waits in the same file may be the
// one.
void CounterpartInFile(const Question& q, Hopes& hopes) {
  if (q.site.ended > 0) return;
  for (Row who : q.scene.WokeFromFile(q.scene.stacks().file(q.leaf))) {
    if (who == q.row || hopes.best().hope >= Hope::kPerhaps) continue;
    if (DoesCounterpart(q, who)) hopes.Offer(Hope::kPerhaps, HopeRule::kCounterpart, who);
  }
}

bool IsAtOneThing(const Scene& scene, Row who) {
  const Goroutine& goroutine = scene.facts().at(who);
  const bool has_begun_since = goroutine.last_ran != 0 || (goroutine.wait && !goroutine.wait->is_older);
  return goroutine.is_older && !has_begun_since && !scene.IsWaiting(who);
}

// Whom a wait group that is older than the trace waits for can't be known, nor who receives from a sender where nobody was
// seen to; somebody in the same file who has been at one thing since before the trace, asleep or at the network, may be one
// of them and not be done yet. Main is not: that one sleeps to keep a program going.
void LongTaskInFile(const Question& q, Hopes& hopes) {
  if (!q.goroutine.is_older) return;
  const Facts& facts = q.scene.facts();
  for (GroupRow group : q.scene.WithFile(q.scene.stacks().file(q.leaf))) {
    for (Row who : q.scene.groups()[group].members) {
      const Goroutine& other = facts.at(who);
      const bool is_main = q.wait.kind == WaitKind::kSend && other.id == 1;
      const bool may_be_kin = !is_main && (other.creator == kNobody || other.creator == q.row);
      if (IsAtOneThing(q.scene, who) && may_be_kin) return hopes.Offer(Hope::kPerhaps, HopeRule::kLongTask, who);
    }
  }
}

// A sleep that is older than the trace has no reason, only frames.
bool IsAsleep(const Scene& scene, Row who) {
  const Stacks& stacks = scene.stacks();
  return scene.facts().at(who).wait &&
         stacks.name(stacks.leaf_function(stacks.UserPart(scene.StackOf(who)))) == "time.Sleep";
}

// Asleep in a method of the sender's own type: likelier yet to be the one who will receive when it is done. At the network
// one waits for a peer who has something to say.
void LongTaskInType(const Question& q, Hopes& hopes) {
  const StringId receiver = q.scene.stacks().traits(q.leaf).receiver;
  if (receiver == StringId(0)) return;
  for (GroupRow group : q.scene.WithReceiver(receiver)) {
    for (Row who : q.scene.groups()[group].members) {
      if (IsAsleep(q.scene, who) && IsAtOneThing(q.scene, who))
        hopes.Offer(Hope::kPerhaps, HopeRule::kMethodOfType, who, q.leaf);
    }
  }
}

// The trace does not show at which line a wait stood that is older than itself. Who ended one for a goroutine of its birth,
// by what would end this one too, may have ended just such a one.
void WokeBirthBefore(const Question& q, Hopes& hopes) {
  if (!q.goroutine.is_older) return;
  const Hope strength = q.is_overtaken ? Hope::kPerhaps : Hope::kLikely;
  size_t looked_at = 0;
  for (Row twin : q.scene.WithStart(q.goroutine.start)) {
    if (hopes.is_settled() || ++looked_at > kCandidatesPerWait) return;
    for (const auto& partner : q.scene.facts().at(twin).woken_by) {
      if (partner.place == LocationId(0) && partner.who != q.row && DoesCounterpart(q, partner.who))
        hopes.Offer(ForSender(q, partner.who, strength), HopeRule::kWokeBirth, partner.who);
    }
  }
}

// What has to be done to end such a wait: bits of Does.
int Counterparts(WaitKind kind) {
  switch (kind) {
    case WaitKind::kSend:
      return kReceives | kSelects;
    case WaitKind::kReceive:
      return kSends | kCloses | kSelects;
    case WaitKind::kSelect:
      return kSends | kReceives | kCloses | kSelects;
    case WaitKind::kCond:
      return kSignalsCond;
    case WaitKind::kWaitGroup:
      return kCountsDown;
    default:
      return 0;
  }
}

// It has waited since before the trace began, where goroutines idle: that nobody is known to wake it says nothing.
bool MayBeIdle(const Scene& scene, Row who) {
  const Goroutine& goroutine = scene.facts().at(who);
  return scene.IsWaiting(who) && goroutine.wait->is_older && MayIdle(goroutine.wait->kind) && !goroutine.is_proven;
}

}  // namespace

bool IsCounterpart(const Scene& scene, WaitKind kind, StackId waking_stack) {
  const int wanted = Counterparts(kind);
  const StackId user = scene.stacks().UserPart(waking_stack);
  for (StackId at = waking_stack; at != user; at = scene.stacks().trie().caller(at)) {
    if ((scene.stacks().traits(scene.stacks().leaf_function(at)).does & wanted) != 0) return true;
  }
  return false;
}

bool HasReceived(const Scene& scene, Row row) {
  const Goroutine& goroutine = scene.facts().at(row);
  return goroutine.HasWaitedToReceive() ||
         std::ranges::any_of(goroutine.waking_stacks, [&](StackId at) { return IsCounterpart(scene, WaitKind::kSend, at); });
}

void HopesForChannel(const Question& q, Hopes& hopes) {
  if (q.wait.kind == WaitKind::kWaitGroup) {
    const OwnWorkers workers = OwnWorkersOf(q.scene, q.row);
    for (Row who : workers.living) hopes.Offer(Hope::kLikely, HopeRule::kChild, who);
    const auto may_be_idle = [&](Row who) { return MayBeIdle(q.scene, who); };
    const bool may_all_be_idle = workers.is_of_group && std::ranges::all_of(workers.living, may_be_idle);
    if (may_all_be_idle && !workers.living.empty())
      hopes.Offer(Hope::kPerhaps, HopeRule::kIdleWorkers, workers.living.front());
    if (workers.were_started) return hopes.Lacks(workers.living.empty() ? Lack::kWakersGone : Lack::kWakersStuck);
    LongTaskInFile(q, hopes);
  }
  Partners(q, hopes);
  if (hopes.is_settled()) return;
  if (const Row only = OnlyPartner(q); hopes.best().hope == Hope::kNone && only != kNobody)
    return hopes.Lacks(q.found[only].is_powerless ? Lack::kWakersGone : Lack::kWakersStuck);
  const Reliance reliance = OfferKnownWakers(q, hopes);
  if (hopes.is_settled()) return;
  WhoWakesThisSite(q, hopes);
  if (!hopes.is_settled()) WokeBirthBefore(q, hopes);
  if (hopes.is_settled()) return;
  if (reliance.is_known) {
    if (!reliance.has_living && IsCreatorAtHand(q)) CreatorStillThere(q, hopes);
    return hopes.Lacks(reliance.has_living ? Lack::kWakersStuck : Lack::kWakersGone);
  }
  const bool has_history = !KnowsKinFromDumpOnly(q);
  if (has_history || !MayIdle(q.wait.kind)) {
    hopes.SetLimit(has_history ? Hope::kLikely : Hope::kPerhaps);
    Siblings(q, hopes).Ask();
    for (const auto rule : {Children, CreatorStillThere}) {
      if (!hopes.is_settled()) rule(q, hopes);
    }
    hopes.SetLimit(Hope::kLikely);
  }
  for (const auto rule : {MethodOfType, CounterpartInFile}) {
    if (!hopes.is_settled()) rule(q, hopes);
  }
  const bool is_unknown_sender = q.wait.kind == WaitKind::kSend && q.post.ended_by_another == 0;
  if (!is_unknown_sender || hopes.is_settled()) return;
  LongTaskInType(q, hopes);
  LongTaskInFile(q, hopes);
}

}  // namespace analysis::deadlock
