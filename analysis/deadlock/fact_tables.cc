#include "analysis/deadlock/fact_tables.h"

namespace analysis::deadlock {
namespace {

// Which calls of a function are told apart: those by one goroutine from one place.
std::tuple<Row, StackId, FunctionId> CallKey(const Stacks& stacks, Row creator, StackId create_stack) {
  const StackId user = stacks.UserPart(create_stack);
  const StackId caller = user == model::StackTrie::root() ? user : stacks.trie().caller(user);
  return {creator, caller, stacks.leaf_function(user)};
}

}  // namespace

FactTables::FactTables(Facts& facts) : facts_(facts) {
  for (SiteRow row = 0; row < facts.sites.size(); ++row) {
    const Site& site = facts.sites[row];
    site_of_[{site.kind, site.stack}] = row;
    place_of_[{site.kind, facts.leaf_of(row)}] = site.place;
  }
  for (PostRow row = 0; row < facts.posts.size(); ++row)
    post_of_[{facts.posts[row].kind, facts.posts[row].place, facts.posts[row].start}] = row;
  RelearnRows();
}

void FactTables::RelearnRows() {
  recent_rows_ = {};
  line_of_.clear();
  call_of_.clear();
  for (LineRow row = 0; row < facts_.lines.size(); ++row) {
    const Lineage& line = facts_.lines[row];
    line_of_[{line.creator, line.create_stack, line.start}] = row;
    call_of_[CallKey(facts_.stacks, line.creator, line.create_stack)] = line.call;
  }
}

Row FactTables::FindRow(GoroutineId id) {
  const Row* known = facts_.row_of.Find(static_cast<uint64_t>(id));
  if (known == nullptr) known = &AddRow(id);
  recent_rows_[static_cast<uint64_t>(id) % recent_rows_.size()] = {id, *known};
  return *known;
}

const Row& FactTables::AddRow(GoroutineId id) {
  facts_.goroutines.push_back({.id = id});
  Goroutine& goroutine = facts_.goroutines.back();
  goroutine.has_ended = facts_.forgotten.Contains(id);  // only where the trace is damaged
  goroutine.is_older = true;
  goroutine.born = facts_.begin;
  return facts_.row_of.Add(static_cast<uint64_t>(id), static_cast<Row>(facts_.goroutines.size() - 1));
}

SiteRow FactTables::SiteOf(WaitKind kind, StackId stack) {
  const auto [at, is_new] = site_of_.try_emplace({kind, stack}, static_cast<SiteRow>(facts_.sites.size()));
  if (!is_new) return at->second;
  const auto [place, is_new_place] =
      place_of_.try_emplace({kind, facts_.stacks.leaf(stack)}, static_cast<uint32_t>(facts_.places.size()));
  if (is_new_place) facts_.places.emplace_back();
  facts_.sites.push_back({.kind = kind, .stack = stack, .place = place->second});
  return at->second;
}

PostRow FactTables::PostOf(WaitKind kind, StackId stack, FunctionId start) {
  const LocationId place = facts_.stacks.leaf(stack);
  const auto [at, is_new] = post_of_.try_emplace({kind, place, start}, static_cast<PostRow>(facts_.posts.size()));
  if (is_new) facts_.posts.push_back({.kind = kind, .place = place, .start = start});
  return at->second;
}

FactTables::WaitAt FactTables::WaitOf(model::BlockReason reason, StackId raw) {
  const uint64_t key = (uint64_t{raw.value} << 8) | static_cast<uint8_t>(reason);
  if (const WaitAt* const known = wait_of_.Find(key)) return *known;
  WaitAt wait{.kind = Classify(facts_.stacks, reason, raw), .stack = facts_.stacks.UserPart(raw)};
  if (wait.stack != model::StackTrie::root()) wait.site = SiteOf(wait.kind, wait.stack);
  return wait_of_.Add(key, wait);
}

PostRow FactTables::PostAt(SiteRow site, FunctionId start) {
  const uint64_t key = (uint64_t{site} << 32) | start.value;
  if (const PostRow* const known = post_at_.Find(key)) return *known;
  return post_at_.Add(key, PostOf(facts_.sites[site].kind, facts_.sites[site].stack, start));
}

const FactTables::Wake& FactTables::WakeOf(PostRow post, Kin kin, FunctionId waker_start, StackId waker_stack) {
  const uint32_t mixed = (post * 31 + waker_stack.value) * 31 + waker_start.value * 7 + static_cast<uint32_t>(kin);
  RecentWake& recent = recent_wakes_[mixed % recent_wakes_.size()];
  if (recent.post == post && recent.kin == kin && recent.waker_start == waker_start && recent.waker_stack == waker_stack)
    return recent.wake;
  const StackId user = facts_.stacks.UserPart(waker_stack);
  Wake wake;
  if (user != model::StackTrie::root()) {
    wake.place = facts_.stacks.leaf(user);
    wake.ended_by = &facts_.ended_by[{facts_.posts[post].place, wake.place}];
  }
  wake.relation = &facts_.posts[post].relations[{kin, waker_start, wake.place}];
  recent = {.post = post, .kin = kin, .waker_start = waker_start, .waker_stack = waker_stack, .wake = wake};
  return recent.wake;
}

LineRow FactTables::LineOf(Row creator, StackId create_stack, FunctionId start) {
  const auto [at, is_new] = line_of_.try_emplace({creator, create_stack, start}, static_cast<LineRow>(facts_.lines.size()));
  if (is_new) {
    const uint32_t call = CallOf(creator, create_stack);
    facts_.lines.push_back({.creator = creator, .create_stack = create_stack, .start = start, .call = call});
    facts_.goroutines[creator].lines.push_back(at->second);
  }
  return at->second;
}

uint32_t FactTables::CallOf(Row creator, StackId create_stack) {
  const auto [at, is_new] =
      call_of_.try_emplace(CallKey(facts_.stacks, creator, create_stack), static_cast<uint32_t>(facts_.calls.size()));
  if (is_new) facts_.calls.push_back(0);
  return at->second;
}

}  // namespace analysis::deadlock
