#include <fmt/format.h>

#include "analysis/store/history.h"
#include "analysis/store/stored_run.h"

namespace analysis {
namespace {

class NumberSet {
 public:
  void Add(int64_t id) {
    if (static_cast<size_t>(id) >= is_in_.size()) is_in_.resize(static_cast<size_t>(id) + 1);
    is_in_[static_cast<size_t>(id)] = true;
  }
  bool contains(int64_t id) const { return static_cast<size_t>(id) < is_in_.size() && is_in_[static_cast<size_t>(id)]; }

 private:
  std::vector<bool> is_in_;
};

void DeleteRows(SqlStore& database, const char* table, const std::vector<int64_t>& ids) {
  constexpr size_t kAtOnce = 500;
  for (size_t i = 0; i < ids.size(); i += kAtOnce) {
    const size_t end = std::min(ids.size(), i + kAtOnce);
    database.Execute(fmt::format(
        "DELETE FROM {} WHERE id IN ({})", table,
        fmt::join(ids.begin() + static_cast<std::ptrdiff_t>(i), ids.begin() + static_cast<std::ptrdiff_t>(end), ", ")));
  }
}

// Stacks and names that no run needs any more.
void DeleteUnused(SqlStore& database) {
  NumberSet stacks, names;
  const auto runs = database.Prepare("SELECT id FROM run ORDER BY id");
  const auto blobs = database.Prepare("SELECT stacks, functions FROM run WHERE id = ?");
  while (runs->Step()) {
    const int64_t id = runs->Integer(0);
    blobs->Bind(1, id);
    while (blobs->Step()) {
      for (const uint32_t stack : Unpack(database, id, blobs->Blob(0)).stack) stacks.Add(stack);
      for (const uint32_t name : Unpack(database, id, blobs->Blob(1)).stack) names.Add(name);
    }
  }
  std::vector<int64_t> unused;
  const auto all = database.Prepare("SELECT id, caller, name FROM stack ORDER BY id DESC");  // callers have smaller ids
  while (all->Step()) {
    if (stacks.contains(all->Integer(0))) {
      stacks.Add(all->Integer(1));
      names.Add(all->Integer(2));
    } else {
      unused.push_back(all->Integer(0));
    }
  }
  DeleteRows(database, "stack", unused);
  unused.clear();
  const auto texts = database.Prepare("SELECT id FROM name");
  while (texts->Step()) {
    if (!names.contains(texts->Integer(0))) unused.push_back(texts->Integer(0));
  }
  DeleteRows(database, "name", unused);
}

}  // namespace

size_t History::Prune(size_t keep) {
  size_t removed = 0;
  {
    SqlTransaction transaction(*database_);
    const auto remove = database_->Prepare(
        "DELETE FROM run WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY branch ORDER BY time_nanos "
        "DESC, id DESC) AS age FROM run) AS aged WHERE age > ?)");
    remove->Bind(1, static_cast<int64_t>(keep)).Step();
    removed = static_cast<size_t>(remove->Changes());
    remove->Run();
    DeleteUnused(*database_);
    transaction.Commit();
  }
  if (removed > 0) database_->Compact();
  return removed;
}

}  // namespace analysis
