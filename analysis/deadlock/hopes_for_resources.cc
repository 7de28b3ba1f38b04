#include <algorithm>

#include "analysis/deadlock/known_wakers.h"
#include "analysis/deadlock/liveness.h"
#include "analysis/deadlock/objects.h"

// Waits of which the table of known waits says that nobody idles there: for a place in a pool, a share of a semaphore, a
// leader's answer. As with a lock, somebody has what is wanted.
namespace analysis::deadlock {
namespace {

// The table names the function that a holder is inside of.
bool OfferNamedHolders(const Question& q, Hopes& hopes) {
  bool has_any = false;
  for (FunctionId function : q.scene.FunctionsLike(q.known->holder)) {
    for (GroupRow group : q.scene.WithFunction(function)) {
      for (Row who : q.scene.groups()[group].members) {
        if (who == q.row || q.scene.HasEnteredSince(who, function, q.wait.since)) continue;
        has_any = true;
        hopes.Offer(Hope::kLikely, HopeRule::kHasResource, who, function);
        if (hopes.is_settled()) return true;
      }
    }
  }
  return has_any;
}

// It is parked where goroutines idle by design, empty-handed, or works with another object of the same type.
bool HasNone(const Question& q, Row who) {
  const KnownWait* known = q.scene.KnownOf(who);
  if (known != nullptr && known->role == Role::kIdle) return true;
  return SharedReceiver(q.scene.facts(), q.row, who) == Hand::kOther;
}

// Somebody alive is inside a function of the program that asks for such resources, or a method of the same type, and does
// not wait for one himself.
void OfferUsers(const Question& q, Hopes& hopes) {
  const auto offer_all = [&](FunctionId function, std::span<const GroupRow> groups) {
    for (GroupRow group : groups) {
      const auto offer = [&](Row who) {
        if (who == q.row || (q.scene.IsWaiting(who) && q.scene.KnownOf(who) == q.known) || HasNone(q, who)) return false;
        hopes.Offer(Hope::kLikely, HopeRule::kHasResource, who, function);
        return hopes.is_settled();
      };
      if (q.lively.AnyInGroup(group, q.found, offer)) return;
    }
  };
  for (const auto& [function, line] : q.scene.UsersOf(q.known)) {
    if (hopes.is_settled()) return;
    offer_all(function, q.scene.WithFunction(function));
    const StringId receiver = q.scene.stacks().traits(function).receiver;
    if (receiver != StringId(0) && !hopes.is_settled()) offer_all(function, q.scene.WithReceiver(receiver));
  }
}

// Others that run the same loop from which it asked: one of them may have what it wants between two calls.
void OfferSameLoop(const Question& q, Hopes& hopes) {
  for (Row who : q.scene.WithStart(q.goroutine.start)) {
    if (hopes.best().hope >= Hope::kPerhaps) return;
    if (who != q.row && !q.scene.IsWaiting(who)) hopes.Offer(Hope::kPerhaps, HopeRule::kSibling, who);
  }
}

void OfferChildren(const Question& q, Hopes& hopes) {
  for (LineRow line : q.goroutine.lines) {
    for (Row who : q.scene.facts().lines[line].members) {
      if (hopes.is_settled()) return;
      if (q.scene.IsPresent(who)) hopes.Offer(Hope::kLikely, HopeRule::kChild, who);
    }
  }
}

}  // namespace

void HopesForResource(const Question& q, Hopes& hopes) {
  if (!q.known->holder.empty()) {
    const bool has_any = OfferNamedHolders(q, hopes);
    if (has_any) hopes.Lacks(Lack::kWakersStuck);
    return;
  }
  OfferUsers(q, hopes);
  if (!hopes.is_settled()) OfferChildren(q, hopes);
  if (!hopes.is_settled()) OfferSameLoop(q, hopes);
  hopes.Lacks(Lack::kWakersStuck);
}

}  // namespace analysis::deadlock
