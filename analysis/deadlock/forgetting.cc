#include "analysis/deadlock/forgetting.h"

#include <algorithm>
#include <unordered_set>

#include "analysis/deadlock/thresholds.h"

namespace analysis::deadlock {
namespace {

class Forgetting {
 public:
  explicit Forgetting(Facts& facts)
      : facts_(facts),
        generations_(facts.goroutines.size()),
        is_kept_(facts.goroutines.size()),
        rows_(facts.goroutines.size()) {}

  void Run() {
    FindAskedFor();
    for (Row row = 0; row < rows_.size(); ++row) is_kept_[row] = IsAskedFor(row);
    for (const Lineage& line : facts_.lines) {
      if (IsAskedFor(line.creator)) KeepBeside(line);
    }
    MoveLines();
    MoveGoroutines();
  }

 private:
  bool IsAskedFor(Row row) const { return generations_[row] > 0; }

  // A creator is mentioned before those it starts, so its row is the smaller one.
  void FindAskedFor() {
    for (Row row = 0; row < rows_.size(); ++row) {
      const Goroutine& goroutine = facts_.at(row);
      if (goroutine.has_ended && !goroutine.is_older) continue;
      generations_[row] = kGenerationsKept + 1;
      for (const auto* partners : {&goroutine.woken_by, &goroutine.has_woken}) {
        for (const auto& partner : *partners) generations_[partner.who] = kGenerationsKept + 1;
      }
    }
    for (Row row = static_cast<Row>(rows_.size()); row-- > 0;) {
      if (!IsAskedFor(row)) continue;
      const Goroutine& goroutine = facts_.at(row);
      if (goroutine.creator != kNobody)
        generations_[goroutine.creator] = std::max(generations_[goroutine.creator], generations_[row] - 1);
      if (goroutine.line == kNoLine) continue;
      rounds_.insert(RoundKey(goroutine.creator, goroutine.round));
      calls_.insert(CallKey(facts_.lines[goroutine.line].call, goroutine.call));
    }
  }

  static uint64_t RoundKey(Row creator, uint32_t round) { return (uint64_t{creator} << 32) | round; }
  static uint64_t CallKey(uint32_t call, uint32_t time) { return (uint64_t{call} << 32) | time; }

  void KeepBeside(const Lineage& line) {
    is_kept_[line.members.front()] = true;
    is_kept_[line.members.back()] = true;
    const Goroutine* before = nullptr;
    for (const Row row : line.members) {
      const Goroutine& member = facts_.at(row);
      const bool is_of_round = rounds_.contains(RoundKey(line.creator, member.round)) ||
                               (member.round > 0 && rounds_.contains(RoundKey(line.creator, member.round - 1)));
      const bool is_first_of_call = before == nullptr || before->call != member.call;
      const bool is_call_asked_for =
          member.call == facts_.calls[line.call] || calls_.contains(CallKey(line.call, member.call));
      if (is_of_round || (is_first_of_call && is_call_asked_for)) is_kept_[row] = true;
      before = &member;
    }
  }

  // Those of creators who are asked for; others have no member that is.
  void MoveLines() {
    Row next = 0;
    for (Row row = 0; row < rows_.size(); ++row) rows_[row] = is_kept_[row] ? next++ : kNobody;
    std::vector<Lineage> lines;
    std::vector<uint32_t> calls;
    std::vector<uint32_t> new_calls(facts_.calls.size(), UINT32_MAX);
    new_lines_.assign(facts_.lines.size(), kNoLine);
    for (LineRow line = 0; line < facts_.lines.size(); ++line) {
      Lineage& moved = facts_.lines[line];
      if (!IsAskedFor(moved.creator)) continue;
      if (new_calls[moved.call] == UINT32_MAX) {
        new_calls[moved.call] = static_cast<uint32_t>(calls.size());
        calls.push_back(facts_.calls[moved.call]);
      }
      moved.call = new_calls[moved.call];
      moved.creator = rows_[moved.creator];
      std::erase_if(moved.members, [&](Row row) { return !is_kept_[row]; });
      for (Row& row : moved.members) row = rows_[row];
      moved.members.shrink_to_fit();
      new_lines_[line] = static_cast<LineRow>(lines.size());
      lines.push_back(std::move(moved));
    }
    facts_.lines = std::move(lines);
    facts_.calls = std::move(calls);
  }

  void MoveGoroutines() {
    std::vector<GoroutineId> forgotten;
    Row kept = 0;
    facts_.row_of.Clear();
    for (Row row = 0; row < rows_.size(); ++row) {
      Goroutine& goroutine = facts_.goroutines[row];
      if (!is_kept_[row]) {
        forgotten.push_back(goroutine.id);
        continue;
      }
      Rename(goroutine, IsAskedFor(row));
      facts_.row_of.Add(static_cast<uint64_t>(goroutine.id), rows_[row]);
      if (row != kept) facts_.goroutines[kept] = std::move(goroutine);
      ++kept;
    }
    facts_.goroutines.erase(facts_.goroutines.begin() + kept, facts_.goroutines.end());
    std::ranges::sort(forgotten);
    facts_.forgotten.Add(forgotten);
  }

  // Of the most distant ancestors it is not kept who started them, and of those that are there for others what they started.
  void Rename(Goroutine& goroutine, bool is_asked_for) {
    if (goroutine.creator != kNobody) goroutine.creator = rows_[goroutine.creator];
    if (goroutine.line != kNoLine) goroutine.line = new_lines_[goroutine.line];
    for (auto* partners : {&goroutine.woken_by, &goroutine.has_woken}) {
      for (auto& partner : *partners) partner.who = rows_[partner.who];
    }
    if (!is_asked_for) goroutine.lines = {};
    for (LineRow& line : goroutine.lines) line = new_lines_[line];
  }

  Facts& facts_;
  std::vector<int>
      generations_;  // by row: 0 = no rule asks for it; else how many of its ancestors may be asked for, and one
  std::vector<bool> is_kept_;
  std::unordered_set<uint64_t> rounds_;
  std::unordered_set<uint64_t> calls_;
  std::vector<Row> rows_;  // the new ones, by the old
  std::vector<LineRow> new_lines_;
};

}  // namespace

void ForgetEnded(Facts& facts) { Forgetting(facts).Run(); }

}  // namespace analysis::deadlock
