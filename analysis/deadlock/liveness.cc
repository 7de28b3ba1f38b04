#include "analysis/deadlock/liveness.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

using model::StackTrie;

bool IsFamilyMatter(const Site& site) { return site.ended_by_kin > 0 && site.ended_by_stranger == 0; }

bool IdlesBy(const KnownWait& known, WaitKind kind) {
  return known.role == Role::kIdle || (known.role == Role::kLoop && kind != WaitKind::kSend);
}

void HopesForAnyWait(const Question& question, Hopes& hopes) {
  if (question.post.ended_by_timer > 0 && !IsLock(question.wait.kind)) {
    const Time usual = question.post.longest_by_timer;
    const bool is_overdue = usual > 0 && question.scene.WaitedFor(question.row) > kFarLonger * std::max(usual, kSlack);
    hopes.Offer(is_overdue ? Hope::kPerhaps : Hope::kLikely, HopeRule::kTimer, kNobody);
  }
  const bool is_main = question.goroutine.id == 1;
  if (question.wait.kind == WaitKind::kForever && is_main) hopes.Offer(Hope::kLikely, HopeRule::kParkedByDesign, kNobody);
  const bool is_at_end_of_main = is_main && MayIdle(question.wait.kind) && question.post.ended_by_another == 0 &&
                                 question.scene.stacks().name(question.leaf) == "main.main";
  if (is_at_end_of_main) hopes.Offer(Hope::kLikely, HopeRule::kParkedByDesign, kNobody);
  if (question.known == nullptr) return;
  if (IdlesBy(*question.known, question.wait.kind))
    hopes.Offer(Hope::kLikely, HopeRule::kParkedByDesign, kNobody, question.leaf);
  if (question.known->role == Role::kOutside) hopes.Offer(Hope::kLikely, HopeRule::kOutside, kNobody, question.leaf);
}

HopeFound Ask(const Scene& scene, const std::vector<HopeFound>& found, const Lively& lively, Row row) {
  const Goroutine& goroutine = scene.facts().at(row);
  const OpenWait& wait = *goroutine.wait;
  const Site& site = scene.facts().sites[wait.site];
  const Question question{.scene = scene,
                          .found = found,
                          .lively = lively,
                          .row = row,
                          .goroutine = goroutine,
                          .wait = wait,
                          .site = site,
                          .post = scene.facts().posts[wait.post],
                          .known = scene.KnownOf(row),
                          .leaf = scene.stacks().leaf_function(wait.stack),
                          .is_overtaken = IsOvertaken(scene, row),
                          .is_left_behind = IsLeftBehind(scene, row),
                          .is_mid_work = scene.IsMidWork(row),
                          .is_family_matter = IsFamilyMatter(site)};
  Hopes hopes(found);
  if (scene.facts().HasMoved(row)) hopes.Offer(Hope::kLikely, HopeRule::kMovedOn, kNobody);
  HopesForAnyWait(question, hopes);
  if (wait.kind == WaitKind::kForever) {
    HopeFound found_here = hopes.best();
    found_here.is_powerless = true;
    return found_here;
  }
  if (hopes.is_settled()) return hopes.best();
  if (IsLock(wait.kind)) {
    HopesForLock(question, hopes);
  } else if (NeverIdles(question.known)) {
    HopesForResource(question, hopes);
  } else {
    HopesForChannel(question, hopes);
  }
  return hopes.best();
}

}  // namespace

void Hopes::Offer(Hope strength, HopeRule rule, Row who, FunctionId function) {
  const bool rests_on_it = who != kNobody && rule != HopeRule::kIdleWorkers;
  if (rests_on_it) strength = std::min(strength, HopeOf(who));
  strength = std::min(strength, limit_);
  if (strength > best_.hope) best_ = {.hope = strength, .rule = rule, .who = who, .function = function, .lack = best_.lack};
}

Lively::Lively(const Scene& scene) : scene_(scene), in_group_(scene.groups().size()), in_line_(scene.facts().lines.size()) {}

void Lively::Raise(Row row, Hope before) {
  if (before != Hope::kNone) return;
  ++in_group_[scene_.group_of(row)];
  const LineRow line = scene_.facts().at(row).line;
  if (line != kNoLine) ++in_line_[line];
}

bool IsOvertaken(const Scene& scene, Row row) {
  const OpenWait& wait = *scene.facts().at(row).wait;
  const Site& site = scene.facts().sites[wait.site];
  const uint32_t often = IsLock(wait.kind)                ? kOvertakenAtLock
                         : wait.kind == WaitKind::kSelect ? kOvertakenInSelect
                                                          : kOvertakenOnChannel;
  const Time longest = IsLock(wait.kind) ? scene.facts().places[site.place].longest : site.longest;
  return scene.Overtaken(row) >= often && scene.WaitedFor(row) > kFarLonger * std::max(longest, kSlack);
}

bool IsGrowing(const Scene& scene, SiteRow site, Row creator) {
  uint32_t count = 0;
  Time first = INT64_MAX;
  Time last = INT64_MIN;
  const auto waiting = scene.WaitingAt(site);
  if (waiting.size() < kGrowing) return false;
  for (Row row : waiting) {
    const Goroutine& goroutine = scene.facts().at(row);
    count += goroutine.creator == creator;
    first = std::min(first, goroutine.born);
    last = std::max(last, goroutine.born);
  }
  return count >= kGrowing && last - first > scene.facts().duration() / kSpreadShare;
}

bool HasCallReturned(const Facts& facts, const Goroutine& goroutine) {
  return goroutine.line != kNoLine && facts.calls[facts.lines[goroutine.line].call] > goroutine.call;
}

namespace {

// The creator was its partner at this line, and only from within the function that started it.
bool KnowsCreatorFromItsCallOnly(const Scene& scene, Row row) {
  const Facts& facts = scene.facts();
  const Goroutine& goroutine = facts.at(row);
  const std::vector<Row> partners = scene.PartnersOf(row);
  if (std::ranges::find(partners, goroutine.creator) == partners.end()) return false;
  bool has_met = false;
  for (const auto* list : {&facts.at(goroutine.creator).woken_by, &facts.at(goroutine.creator).has_woken}) {
    for (const auto& partner : *list) {
      if (partner.who != row) continue;
      has_met = true;
      if (!partner.is_inside) return false;
    }
  }
  return has_met || HasCallReturned(facts, goroutine);  // a creator that has met so many since forgets
}

// Those started beside it by the same go statement in the same call.
std::span<const Row> Twins(const Facts& facts, const Goroutine& goroutine) {
  const auto& members = facts.lines[goroutine.line].members;
  const auto at = std::ranges::lower_bound(members, goroutine.round, {}, [&](Row row) { return facts.at(row).round; });
  const auto is_twin = [&](Row row) {
    const Goroutine& other = facts.at(row);
    const bool is_near = other.round + kTwins >= goroutine.round && other.round < goroutine.round + kTwins;
    return is_near && other.call == goroutine.call;
  };
  const auto last = std::find_if_not(at, members.end(), is_twin);
  const auto first = std::find_if_not(std::reverse_iterator(at), members.rend(), is_twin).base();
  return {first, last};
}

// Inside the trace it was seen to come to the go statements of this function from elsewhere.
bool HasBegunCallOf(const Facts& facts, Row creator, FunctionId made_in) {
  return std::ranges::any_of(facts.at(creator).lines, [&](LineRow row) {
    const Lineage& line = facts.lines[row];
    return facts.stacks.leaf_function(line.create_stack) == made_in && facts.calls[line.call] > 0;
  });
}

}  // namespace

bool IsLeftBehind(const Scene& scene, Row row) {
  const Facts& facts = scene.facts();
  const Goroutine& goroutine = facts.at(row);
  if (goroutine.line == kNoLine || facts.at(goroutine.creator).has_ended || ActivationOf(scene, row).is_innermost)
    return false;
  if (KnowsCreatorFromItsCallOnly(scene, row)) return true;
  const Post& post = facts.post_of(row);
  if (post.by_creator_inside > 0 && post.by_creator_outside == 0) return true;  // so it is with others of its birth
  if (!scene.PartnersOf(row).empty()) return false;
  return std::ranges::any_of(Twins(facts, goroutine), [&](Row twin) {
    const auto& wait = facts.at(twin).wait;
    return wait && wait->site == goroutine.wait->site && KnowsCreatorFromItsCallOnly(scene, twin);
  });
}

Activation ActivationOf(const Scene& scene, Row row) {
  const Facts& facts = scene.facts();
  const Goroutine& goroutine = facts.at(row);
  Activation activation;
  if (goroutine.creator == kNobody || facts.at(goroutine.creator).has_ended) return activation;
  const auto outermost_first = [&](StackId stack) {
    std::vector<LocationId> frames;
    for (LocationId location : facts.stacks.trie().LeafFirst(stack)) frames.push_back(location);
    std::ranges::reverse(frames);
    return frames;
  };
  if (goroutine.is_older) {  // a dump tells the function only; a creator seen outside of it since is in another call
    const FunctionId made_in = facts.stacks.leaf_function(goroutine.create_stack);
    activation.is_innermost = facts.stacks.IsOn(facts.at(goroutine.creator).last_stack, made_in) &&
                              !scene.HasEnteredSince(goroutine.creator, made_in, goroutine.born) &&
                              !HasBegunCallOf(facts, goroutine.creator, made_in);
    activation.is_own_innermost = activation.is_innermost;
    activation.frames = activation.is_innermost ? 1 : 0;
    return activation;
  }
  const auto then = outermost_first(goroutine.create_stack);
  const auto now = outermost_first(facts.at(goroutine.creator).last_stack);
  const StackId own = facts.stacks.OwnPart(goroutine.create_stack);
  const auto is_own = [&](size_t depth) { return own != StackTrie::root() && then[depth] == facts.stacks.leaf(own); };
  for (size_t i = 0; i < then.size() && i < now.size(); ++i) {
    const FunctionId function = facts.stacks.function(then[i]);
    if (function != facts.stacks.function(now[i])) break;
    if (i + 1 == then.size() && HasCallReturned(facts, goroutine)) break;  // the function is there again, in another call
    if (!facts.stacks.traits(function).is_standard) ++activation.frames;
    activation.is_innermost = i + 1 == then.size();
    activation.is_own_innermost |= is_own(i);
    if (then[i] != now[i]) break;  // another line: only the innermost common call may have moved on
  }
  return activation;
}

bool HasDeadChildren(const Scene& scene, Row row) {
  for (LineRow line : scene.facts().at(row).lines) {
    if (scene.facts().lines[line].ended > 0) return true;
  }
  return false;
}

std::vector<HopeFound> FindHopes(const Scene& scene, const std::vector<bool>& without) {
  std::vector<HopeFound> found(scene.facts().goroutines.size());
  Lively lively(scene);
  for (Row row : scene.present()) {
    if (scene.IsWaiting(row)) continue;
    found[row] = {.hope = Hope::kLikely, .rule = HopeRule::kRuns};
    lively.Raise(row, Hope::kNone);
  }
  for (bool has_risen = true; has_risen;) {
    has_risen = false;
    for (Row row : scene.waiting()) {
      if (scene.facts().at(row).is_proven && scene.facts().at(row).id != 1) continue;
      if (found[row].hope == Hope::kLikely || (!without.empty() && without[row])) continue;
      const HopeFound now = Ask(scene, found, lively, row);
      if (now.hope <= found[row].hope) continue;
      const Hope before = std::exchange(found[row], now).hope;
      lively.Raise(row, before);
      has_risen = true;
    }
  }
  for (Row row : scene.waiting()) {  // now that all is settled: why those without hope have none
    if (found[row].hope == Hope::kNone && (without.empty() || !without[row])) found[row] = Ask(scene, found, lively, row);
  }
  return found;
}

std::string Explain(const Scene& scene, const HopeFound& hope) {
  const std::string who = hope.who == kNobody ? "" : fmt::format("goroutine {}", scene.facts().at(hope.who).id);
  const std::string_view function = hope.function == FunctionId(0) ? "" : scene.stacks().name(hope.function);
  switch (hope.rule) {
    case HopeRule::kNone:
      return "nobody was found who could end this wait";
    case HopeRule::kRuns:
      return "it does not wait for another goroutine";
    case HopeRule::kMovedOn:
      return "the dump, which is later than the trace, shows that it went on";
    case HopeRule::kTimer:
      return "a timer has ended such waits here";
    case HopeRule::kParkedByDesign:
      return function.empty() ? "main parked on purpose" : fmt::format("{} waits here by design", function);
    case HopeRule::kOutside:
      return fmt::format("{} waits for something outside of the process", function);
    case HopeRule::kHasResource:
      return fmt::format("{} is alive in {}, so it may have what is wanted", who, function);
    case HopeRule::kKeeps:
      return fmt::format("{} has one of what is wanted, and lives", who);
    case HopeRule::kLockMoves:
      return "the lock is handed on, and this wait is no longer than others were";
    case HopeRule::kHolderOnStack:
      return fmt::format("{} is alive in {}, which takes or releases this lock", who, function);
    case HopeRule::kHolderOfType:
      return fmt::format("{} is alive in another method of the type of {}", who, function);
    case HopeRule::kUnlockerRuns:
      return fmt::format("{} released this kind of lock before and runs", who);
    case HopeRule::kHolderInFile:
      return fmt::format("{} is alive in {}, in the same file as the lock's call", who, function);
    case HopeRule::kRelative:
      return fmt::format("{} lives, and is to it what those were who ended such waits here", who);
    case HopeRule::kPartner:
      return fmt::format("{} has been its partner at this line before, and lives", who);
    case HopeRule::kMakesPartners:
      return fmt::format("{} lives and started its partners at this line", who);
    case HopeRule::kWakesThisSite:
      return fmt::format("{} ended such waits here before, and lives", who);
    case HopeRule::kMakesWakers:
      return fmt::format("{} lives and starts the goroutines that end such waits", who);
    case HopeRule::kWokeBirth:
      return fmt::format("{} lives, and ended waits of such goroutines that began before the trace", who);
    case HopeRule::kSibling:
      return fmt::format("{}, started beside it, lives", who);
    case HopeRule::kChild:
      return fmt::format("{}, which it started, lives", who);
    case HopeRule::kIdleWorkers:
      return fmt::format("{}, on which it waits, may just be idle", who);
    case HopeRule::kLongTask:
      return fmt::format(
          "{}, in the same file, has been at one thing since before the trace began; it may be one of those waited for",
          who);
    case HopeRule::kCreatorStillThere:
      return fmt::format("{}, which started it, is still in {}", who, function);
    case HopeRule::kMethodOfType:
      return fmt::format("{} is alive in another method of the type of {}", who, function);
    case HopeRule::kMethodWoke:
      return fmt::format("{} is alive and has woken others from methods of the same type", who);
    case HopeRule::kCounterpart:
      return fmt::format("{} is alive and does the other end of such waits in the same file", who);
  }
  return "";
}

}  // namespace analysis::deadlock
