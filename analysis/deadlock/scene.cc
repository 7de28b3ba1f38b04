#include "analysis/deadlock/scene.h"

#include <algorithm>

namespace analysis::deadlock {
namespace {

using model::GoState;
using model::StackTrie;

template <class Key, class T>
void AddOnce(std::unordered_map<Key, std::vector<T>>& index, Key key, T value) {
  auto& values = index[key];
  if (values.empty() || values.back() != value) values.push_back(value);
}

void KeepFirst(std::map<FunctionId, int64_t>& lines, FunctionId function, int64_t line) {
  const auto [at, is_new] = lines.try_emplace(function, line);
  if (!is_new) at->second = std::min(at->second, line);
}

}  // namespace

Scene::Scene(const Facts& facts, const Knowledge& knowledge)
    : facts_(facts),
      kinship_(facts),
      locks_(facts),
      is_waiting_(facts.goroutines.size()),
      group_of_(facts.goroutines.size(), UINT32_MAX),
      overtaken_(facts.goroutines.size()),
      known_(facts.goroutines.size()),
      waiting_at_(facts.sites.size()) {
  std::vector<Row> by_id(facts.goroutines.size());
  for (Row row = 0; row < by_id.size(); ++row) by_id[row] = row;
  std::ranges::sort(by_id, {}, [&](Row row) { return facts.at(row).id; });
  std::unordered_map<uint64_t, GroupRow> known;
  for (Row row : by_id) {
    const Goroutine& goroutine = facts.at(row);
    if (goroutine.has_ended || IsOfTheRuntime(goroutine)) continue;
    present_.push_back(row);
    const bool waits = goroutine.wait && goroutine.state == GoState::kWaiting && goroutine.wait->site != kNowhere;
    by_start_[goroutine.start].push_back(row);
    PutIntoGroup(row, known);
    IndexWakes(row);
    if (!waits || !NeedsAnother(goroutine.wait->kind)) continue;
    waiting_.push_back(row);
    is_waiting_[row] = true;
    waiting_at_[goroutine.wait->site].push_back(row);
  }
  for (GroupRow group = 0; group < groups_.size(); ++group) IndexGroup(group);
  CountOvertaken();
  IndexIdleFrames();
  LookUpWaits(knowledge);
}

void Scene::LookUpWaits(const Knowledge& knowledge) {
  std::map<std::pair<FunctionId, FunctionId>, const KnownWait*> found;
  const auto look_up = [&](FunctionId frame, FunctionId start) {
    const auto [at, is_new] = found.try_emplace({frame, start});
    if (is_new) at->second = knowledge.Find(stacks().name(frame), stacks().name(start));
    return at->second;
  };
  for (Row row : waiting_) known_[row] = look_up(stacks().leaf_function(facts_.at(row).wait->stack), facts_.at(row).start);
  std::set<FunctionId> seen;
  for (const Site& site : facts_.sites) {
    const FunctionId asks = stacks().leaf_function(site.stack);
    const KnownWait* known = look_up(asks, FunctionId(0));
    if (known == nullptr || known->role != Role::kResource) continue;
    if (seen.insert(asks).second) FindInsideOf(*known, asks);
    for (StackId at = stacks().OwnPart(site.stack); at != StackTrie::root(); at = stacks().trie().caller(at)) {
      const FunctionId function = stacks().leaf_function(at);
      const bool is_root = stacks().trie().caller(at) == StackTrie::root();
      const bool is_own = !stacks().traits(function).is_standard && !IsOfOnePackage(function, asks);
      if (!is_own) continue;
      const int64_t line = stacks().line(stacks().leaf(at));
      KeepFirst(asks_in_[known], function, line);
      if (!is_root)
        KeepFirst(users_of_[known], function, line);  // what it was started with is on its stack whatever it does
    }
  }
}

void Scene::FindInsideOf(const KnownWait& resource, FunctionId asks) {
  auto& groups = inside_of_[&resource];
  for (GroupRow group = 0; group < groups_.size(); ++group) {
    bool has_library = false;
    for (LocationId location : stacks().trie().LeafFirst(groups_[group].stack)) {
      const FunctionId function = stacks().function(location);
      if (IsOfOnePackage(function, asks)) {
        has_library = true;  // a driver may be further in
      } else if (has_library && !stacks().traits(function).is_standard) {
        groups.insert(group);
        break;
      }
    }
  }
}

const std::set<GroupRow>& Scene::InsideOf(const KnownWait* resource) const {
  static const std::set<GroupRow> kNone;
  const auto at = inside_of_.find(resource);
  return at == inside_of_.end() ? kNone : at->second;
}

bool Scene::IsOfOnePackage(FunctionId a, FunctionId b) const {
  return PackageOf(stacks().name(a)) == PackageOf(stacks().name(b));
}

const std::map<FunctionId, int64_t>& Scene::UsersOf(const KnownWait* resource) const {
  static const std::map<FunctionId, int64_t> kNone;
  const auto at = users_of_.find(resource);
  return at == users_of_.end() ? kNone : at->second;
}

bool Scene::HasEnteredSince(Row row, FunctionId function, Time time) const {
  return WasOutside(row, time, [&](FunctionId f) { return f == function; });
}

bool Scene::HasEnteredTypeSince(Row row, StringId receiver, Time time) const {
  return WasOutside(row, time, [&](FunctionId f) { return stacks().traits(f).receiver == receiver; });
}

bool Scene::GoesRoundSince(Row row, Time time) const {
  std::set<StackId> seen;
  return std::ranges::any_of(facts_.at(row).sightings, [&](const Goroutine::Sighting& sighting) {
    return sighting.time > time && !seen.insert(sighting.stack).second;
  });
}

bool Scene::HasMadeRoundSince(Row row, Time time) const {
  std::set<StackId> places;
  std::set<std::pair<StackId, FunctionId>> left;  // calls out of the start function, and back again
  std::pair<StackId, FunctionId> recent;
  for (const Goroutine::Sighting& sighting : facts_.at(row).sightings) {  // newest first
    if (sighting.time <= time) continue;
    const bool is_now = facts_.at(row).wait && sighting.time >= facts_.at(row).wait->since;
    if (!is_now && !places.insert(sighting.stack).second) return true;
    const auto call = stacks().OutermostCall(sighting.stack);
    if (call != recent && !left.insert(call).second) return true;
    recent = call;
  }
  return false;
}

std::optional<Time> Scene::HasBeenInTypeSince(Row row, StringId receiver) const {
  const Goroutine& goroutine = facts_.at(row);
  if (stacks().OutermostCall(StackOf(row)) != goroutine.settled_in) return std::nullopt;
  int outer = 0;  // frames outside of this one
  for (StackId at = stacks().trie().caller(StackOf(row)); at != StackTrie::root(); at = stacks().trie().caller(at)) ++outer;
  for (StackId at = StackOf(row); at != StackTrie::root(); at = stacks().trie().caller(at), --outer) {
    const bool is_method = stacks().traits(stacks().leaf_function(at)).receiver == receiver;
    if (is_method && outer > 1) return std::nullopt;  // deeper than what is followed over time
  }
  return std::max(goroutine.born, goroutine.settled_since);
}

bool Scene::HasReceivedInRoundsSince(Row row, Time time) const {
  const auto is_receive = [&](const Goroutine::Sighting& sighting) {
    return sighting.time > time && receives_.contains(sighting.stack);
  };
  return GoesRoundSince(row, time) && std::ranges::any_of(facts_.at(row).sightings, is_receive);
}

template <class Is>
bool Scene::WasOutside(Row row, Time since, Is is) const {
  if (facts_.at(row).born > since && !facts_.at(row).is_older) return true;
  return std::ranges::any_of(facts_.at(row).sightings, [&](const Goroutine::Sighting& sighting) {
    if (sighting.time <= since) return false;
    for (LocationId location : stacks().trie().LeafFirst(sighting.stack)) {
      if (is(stacks().function(location))) return false;
    }
    return true;
  });
}

std::vector<FunctionId> Scene::FunctionsLike(std::string_view pattern) const {
  std::vector<FunctionId> functions;
  for (const auto& [function, groups] : by_function_) {
    if (FitsPattern(pattern, stacks().name(function))) functions.push_back(function);
  }
  std::ranges::sort(functions);
  return functions;
}

std::optional<int64_t> Scene::FirstAskIn(const KnownWait* resource, FunctionId function) const {
  const auto asks = asks_in_.find(resource);
  if (asks == asks_in_.end()) return std::nullopt;
  const auto at = asks->second.find(function);
  return at == asks->second.end() ? std::nullopt : std::optional(at->second);
}

bool Scene::IsInStartFunction(Row row) const {
  const StackId user = facts_.at(row).wait->stack;
  return stacks().trie().caller(user) == StackTrie::root();
}

// Goroutines the runtime and its tracer run for themselves, and those of which nothing is known.
bool Scene::IsOfTheRuntime(const Goroutine& goroutine) const {
  const std::string_view start = stacks().name(goroutine.start);
  if (stacks().traits(goroutine.start).is_runtime_own && start != "runtime.main") return true;
  if (start.starts_with("os/signal.loop") || start.starts_with("internal/")) return true;
  if (!goroutine.wait) return goroutine.start == FunctionId(0) && goroutine.last_stack == StackTrie::root();
  if (goroutine.wait->stack == StackTrie::root())
    return goroutine.start == FunctionId(0) || goroutine.wait->raw != StackTrie::root();
  const std::string_view leaf = stacks().name(stacks().leaf_function(goroutine.wait->stack));
  return leaf.starts_with("runtime/") || leaf.starts_with("os/signal.");
}

StackId Scene::StackOf(Row row) const {
  const Goroutine& goroutine = facts_.at(row);
  return goroutine.wait && goroutine.wait->raw != StackTrie::root() ? goroutine.wait->raw : goroutine.last_stack;
}

std::vector<Row> Scene::PartnersOf(Row row) const {
  const Goroutine& goroutine = facts_.at(row);
  const LocationId place = stacks().leaf(goroutine.wait->stack);
  std::vector<Row> partners;
  for (const auto* list : {&goroutine.woken_by, &goroutine.has_woken}) {
    for (const auto& partner : *list) {
      if (partner.place == place && std::ranges::find(partners, partner.who) == partners.end())
        partners.push_back(partner.who);
    }
  }
  return partners;
}

void Scene::IndexIdleFrames() {
  for (const Site& site : facts_.sites) {
    const bool may_idle = site.kind == WaitKind::kReceive || site.kind == WaitKind::kSelect ||
                          site.kind == WaitKind::kCond || site.kind == WaitKind::kNetwork || site.kind == WaitKind::kSleep;
    const StackId own = stacks().OwnPart(site.stack);
    if (site.kind == WaitKind::kReceive || site.kind == WaitKind::kSelect) receives_.insert(site.stack);
    if (may_idle && own != StackTrie::root())
      idle_frames_.insert({stacks().leaf_function(own), stacks().trie().caller(own)});
  }
}

bool Scene::IsAtPost(Row row) const {
  const StackId own = stacks().OwnPart(facts_.at(row).wait->stack);
  return own != StackTrie::root() && idle_frames_.contains({stacks().leaf_function(own), stacks().trie().caller(own)});
}

bool Scene::IsMidWork(Row row) const {
  const StackId own = stacks().OwnPart(facts_.at(row).wait->stack);
  if (own == StackTrie::root()) return false;
  for (StackId at = stacks().trie().caller(own); at != StackTrie::root(); at = stacks().trie().caller(at)) {
    if (idle_frames_.contains({stacks().leaf_function(at), stacks().trie().caller(at)})) return true;
  }
  return false;
}

void Scene::PutIntoGroup(Row row, std::unordered_map<uint64_t, GroupRow>& known) {
  const StackId stack = StackOf(row);
  const SiteRow site = facts_.at(row).wait ? facts_.at(row).wait->site : kNowhere;
  const auto [at, is_new] = known.try_emplace((uint64_t{stack.value} << 32) | site, static_cast<GroupRow>(groups_.size()));
  if (is_new) groups_.push_back({.stack = stack, .site = site});
  groups_[at->second].members.push_back(row);
  group_of_[row] = at->second;
}

void Scene::IndexGroup(GroupRow group) {
  for (LocationId location : stacks().trie().LeafFirst(stacks().UserPart(groups_[group].stack))) {
    const FunctionId function = stacks().function(location);
    AddOnce(by_function_, function, group);
    AddOnce(by_file_, stacks().file(function), group);
    const StringId receiver = stacks().traits(function).receiver;
    if (receiver != StringId(0)) AddOnce(by_receiver_, receiver, group);
  }
}

void Scene::IndexWakes(Row row) {
  for (StackId stack : facts_.at(row).waking_stacks) {
    const StackId user = stacks().UserPart(stack);
    if (user == StackTrie::root()) continue;
    AddOnce(woke_from_file_, stacks().file(stacks().leaf_function(user)), row);
    for (LocationId location : stacks().trie().LeafFirst(user)) {
      const StringId receiver = stacks().traits(stacks().function(location)).receiver;
      if (receiver != StringId(0)) AddOnce(woke_from_, receiver, row);
    }
  }
}

void Scene::CountOvertaken() {
  std::vector<std::vector<uint32_t>> open_turns(facts_.places.size());
  const auto place = [&](Row row) { return facts_.sites[facts_.at(row).wait->site].place; };
  for (Row row : waiting_) open_turns[place(row)].push_back(facts_.at(row).wait->turn);
  for (auto& turns : open_turns) std::ranges::sort(turns);
  for (Row row : waiting_) {
    const uint32_t turn = facts_.at(row).wait->turn;
    const auto& turns = open_turns[place(row)];
    const auto still_open = turns.end() - std::ranges::upper_bound(turns, turn);
    overtaken_[row] = facts_.places[place(row)].begun - turn - static_cast<uint32_t>(still_open);
  }
}

}  // namespace analysis::deadlock
