#include "analysis/trace/contention_classes.h"

#include <algorithm>

namespace analysis {
namespace {

// A lock wakes its waiters in the order in which they came. Where more than this share of the wakes is out of order, the
// class is taken for several locks. Wakes that the trace shows late, by a status, make a few of any lock's look so.
constexpr double kOutOfOrderShare = 0.1;

}  // namespace

ContentionClasses::Site ContentionClasses::SiteOf(Resource family, model::LocationId where) {
  const uint64_t key = (uint64_t{where.value} << 8) | static_cast<uint8_t>(family);
  if (const Site* const known = sites_.Find(key)) return *known;
  const auto site = static_cast<Site>(parent_.size());
  parent_.push_back(site);
  classes_.emplace_back();
  return sites_.Add(key, site);
}

ContentionClasses::Site ContentionClasses::Root(Site site) {
  while (parent_[site] != site) site = parent_[site] = parent_[parent_[site]];
  return site;
}

void ContentionClasses::Join(Site a, Site b) {
  a = Root(a);
  b = Root(b);
  if (a == b) return;
  if (classes_[a].waiters.size() < classes_[b].waiters.size()) std::swap(a, b);
  parent_[b] = a;
  const model::Time now = std::max(classes_[a].now, classes_[b].now);
  Advance(classes_[a], now);
  Advance(classes_[b], now);
  Merge(classes_[a], std::move(classes_[b]));
  classes_[b] = {};
}

void ContentionClasses::Merge(Class& into, Class&& from) {
  into.found.waits.Add(from.found.waits);
  into.found.open += from.found.open;
  into.found.open_ns += from.found.open_ns;
  into.found.began_before += from.found.began_before;
  into.found.max_waiters = std::max(into.found.max_waiters, from.found.max_waiters);
  into.found.contended_ns += from.found.contended_ns;
  into.found.waiting.insert(into.found.waiting.end(), from.found.waiting.begin(), from.found.waiting.end());
  into.found.readers_behind_writers += from.found.readers_behind_writers;
  into.found.writer_waits += from.found.writer_waits;
  into.found.longest_writer_wait_ns = std::max(into.found.longest_writer_wait_ns, from.found.longest_writer_wait_ns);
  if (!into.found.last_wake || (from.found.last_wake && from.found.last_wake->at > into.found.last_wake->at)) {
    into.found.last_wake = from.found.last_wake;
  }
  into.found.longest_handover = std::max(into.found.longest_handover, from.found.longest_handover);
  for (size_t at = 0; at < kResourceCount; ++at) into.ns_by_resource[at] += from.ns_by_resource[at];
  for (const auto& [where, row] : from.waiters) {
    auto& [site, longest] = into.waiters[where];
    if (row.second >= longest) site.stack = row.first.stack;
    longest = std::max(longest, row.second);
    site.where = where;
    site.count += row.first.count;
    site.open += row.first.open;
    site.open_ns += row.first.open_ns;
    site.ns += row.first.ns;
  }
  for (const auto& [where, row] : from.holders) {
    Holder& holder = into.holders[where];
    holder.stack = row.stack;
    holder.count += row.count;
    holder.by_time_ns += row.by_time_ns;
    holder.direct_ns += row.direct_ns;
  }
  into.goroutines.Add(from.goroutines);
  JoinQueues(into, from);
  into.waited_ns += from.waited_ns;
  into.charged_until += from.charged_until;
  into.wakes += from.wakes;
  into.out_of_order += from.out_of_order;
}

// Those of one queue that came before one of the other now stand ahead of it, and always have.
void ContentionClasses::JoinQueues(Class& into, Class& from) {
  const auto shift = [](Class& row, const Class& other) {
    for (auto& [place, queued] : row.waiting) {
      queued.wakes_before += other.wakes;
      queued.ahead += static_cast<uint64_t>(std::distance(other.waiting.begin(), other.waiting.lower_bound(place)));
    }
  };
  shift(into, from);
  shift(from, into);
  into.waiting.merge(from.waiting);
  into.writers_waiting += from.writers_waiting;
}

// Whoever was served since it came was either ahead of it then and is no more, or came later.
void ContentionClasses::CountOvertaken(Class& row) {
  std::unordered_map<model::GoroutineId, uint64_t> overtaken;
  uint64_t ahead = 0;
  for (const auto& [place, queued] : row.waiting) {
    const uint64_t served = row.wakes - queued.wakes_before, gone = queued.ahead - std::min(ahead, queued.ahead);
    overtaken[place.second] = served - std::min(gone, served);
    ++ahead;
  }
  for (ContentionWaiter& waiter : row.found.waiting) waiter.overtaken = overtaken[waiter.goroutine];
}

void ContentionClasses::Advance(Class& row, model::Time now) {
  if (now > row.now) {
    row.waited_ns += static_cast<int64_t>(row.waiting.size()) * (now - row.now);
    if (!row.waiting.empty()) row.found.contended_ns += now - row.now;
  }
  row.now = std::max(row.now, now);
}

void ContentionClasses::BeginWait(Site site, const Arrival& arrival, model::Time now) {
  Class& row = Find(site);
  Advance(row, now);
  row.waited_ns += now - arrival.begin;  // of a wait that is told of late
  if (arrival.resource == Resource::kRwMutexRead && row.writers_waiting > 0) ++row.found.readers_behind_writers;
  const auto [at, is_new] = row.waiting.try_emplace(
      {arrival.queued_at, arrival.goroutine},
      Queued{.resource = arrival.resource, .wakes_before = row.wakes, .ahead = static_cast<uint64_t>(row.waiting.size())});
  if (is_new && arrival.resource == Resource::kRwMutexWrite) ++row.writers_waiting;
  row.found.max_waiters = std::max<uint64_t>(row.found.max_waiters, row.waiting.size());
}

void ContentionClasses::EndWait(Site site, model::GoroutineId goroutine, model::Time queued_at, model::Time now) {
  Class& row = Find(site);
  Advance(row, now);
  const auto at = row.waiting.find({queued_at, goroutine});
  if (at == row.waiting.end()) return;
  ++row.wakes;
  if (row.waiting.begin()->first.first < queued_at) ++row.out_of_order;
  if (at->second.resource == Resource::kRwMutexWrite) --row.writers_waiting;
  row.waiting.erase(at);
}

void ContentionClasses::Charge(Site site, const LastWake& wake, model::StackId stack, int64_t direct_ns, model::Time now) {
  Class& row = Find(site);
  Advance(row, now);
  row.found.last_wake = wake;
  Holder& holder = row.holders[wake.where];
  holder.stack = stack;
  ++holder.count;
  holder.direct_ns += direct_ns;
  holder.by_time_ns += row.waited_ns - row.charged_until;
  row.charged_until = row.waited_ns;
}

void ContentionClasses::CountWait(Site site, Resource resource, model::LocationId where, const StateSpan& part) {
  Class& row = Find(site);
  const int64_t ns = part.duration();
  row.ns_by_resource[static_cast<size_t>(resource)] += std::max<int64_t>(ns, 1);
  row.goroutines.Add(static_cast<uint64_t>(part.goroutine));
  auto& [waiter, longest] = row.waiters[where];
  waiter.where = where;
  if (ns >= longest) waiter.stack = part.stack;
  longest = std::max(longest, ns);
  ++waiter.count;
  waiter.ns += ns;
  row.found.began_before += part.began_before;
  if (resource == Resource::kRwMutexWrite) {
    ++row.found.writer_waits;
    row.found.longest_writer_wait_ns = std::max(row.found.longest_writer_wait_ns, ns);
  }
  if (part.is_open) {
    ++waiter.open;
    waiter.open_ns += ns;
    ++row.found.open;
    row.found.open_ns += ns;
    row.found.waiting.push_back({.goroutine = part.goroutine,
                                 .resource = resource,
                                 .where = where,
                                 .since = part.begin,
                                 .began_before = part.began_before});
  } else {
    row.found.waits.Add(ns);
  }
}

void ContentionClasses::SeeHandover(Site site, uint64_t length) {
  ContentionClass& found = Find(site).found;
  found.longest_handover = std::max(found.longest_handover, length);
}

ContentionClass ContentionClasses::Finished(Class& row, Charging charging) {
  CountOvertaken(row);
  std::ranges::sort(row.found.waiting, {}, [](const ContentionWaiter& one) { return std::pair(one.since, one.goroutine); });
  ContentionClass found = std::move(row.found);
  int64_t most = -1;
  for (size_t at = 0; at < kResourceCount; ++at) {
    if (row.ns_by_resource[at] > most) found.resource = static_cast<Resource>(at);
    most = std::max(most, row.ns_by_resource[at]);
  }
  found.goroutines = row.goroutines.size();
  const bool has_order = found.resource == Resource::kMutex;
  found.is_one = !has_order || static_cast<double>(row.out_of_order) <= kOutOfOrderShare * static_cast<double>(row.wakes);
  const bool is_by_time = charging == Charging::kByTime && found.is_one && IsLock(found.resource);
  int64_t charged = 0;
  for (auto& [where, waiter] : row.waiters) found.waiters.push_back(waiter.first);
  for (const auto& [where, holder] : row.holders) {
    const int64_t ns = is_by_time ? holder.by_time_ns : holder.direct_ns;
    found.holders.push_back({.where = where, .stack = holder.stack, .count = holder.count, .ns = ns});
    charged += ns;
  }
  found.uncharged_ns = std::max<int64_t>(found.total_ns() - charged, 0);
  std::ranges::stable_sort(found.waiters, std::greater(), &ContentionSite::ns);
  std::ranges::stable_sort(found.holders, std::greater(), &ContentionSite::ns);
  return found;
}

std::vector<ContentionClass> ContentionClasses::Finish(model::Time now, Charging charging) {
  std::vector<ContentionClass> found;
  for (Site site = 0; site < parent_.size(); ++site) {
    if (Root(site) != site || classes_[site].waiters.empty()) continue;
    Advance(classes_[site], now);
    found.push_back(Finished(classes_[site], charging));
  }
  std::ranges::stable_sort(found, std::greater(), &ContentionClass::total_ns);
  return found;
}

}  // namespace analysis
