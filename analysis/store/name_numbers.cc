#include "analysis/store/name_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "model/utf8.h"

namespace analysis {
namespace {

constexpr size_t kRowsAtOnce = 400;

// "(?, ?), (?, ?)"
std::string Tuples(size_t rows, const char* tuple) {
  std::string text;
  for (size_t i = 0; i < rows; ++i) text += fmt::format("{}{}", i > 0 ? ", " : "", tuple);
  return text;
}

template <class Row, class Do>
void InChunks(const std::vector<Row>& rows, Do each) {
  for (size_t i = 0; i < rows.size(); i += kRowsAtOnce)
    each(std::span(rows).subspan(i, std::min(kRowsAtOnce, rows.size() - i)));
}

template <class Numbers, class Row>
std::vector<Row> Missing(const std::vector<Row>& wanted, const Numbers& numbers) {
  std::vector<Row> missing;
  for (const Row& row : wanted) {
    if (!numbers.contains(row)) missing.push_back(row);
  }
  return missing;
}

using TextNumbers = std::unordered_map<std::string, int64_t>;

void AskNames(SqlStore& database, const std::string& sql, std::span<const std::string> texts, TextNumbers& numbers) {
  const auto ask = database.Prepare(sql);
  for (size_t i = 0; i < texts.size(); ++i) ask->Bind(static_cast<int>(i) + 1, std::string_view(texts[i]));
  while (ask->Step()) numbers[ask->Text(1)] = ask->Integer(0);
}

using StackKey = std::pair<int64_t, int64_t>;  // caller, name
using StackNumbers = std::map<StackKey, int64_t>;

void AskStacks(SqlStore& database, const std::string& sql, std::span<const StackKey> keys, StackNumbers& numbers) {
  const auto ask = database.Prepare(sql);
  int at = 0;
  for (const auto& [caller, name] : keys) ask->Bind(at + 1, caller).Bind(at + 2, name), at += 2;
  while (ask->Step()) numbers[{ask->Integer(1), ask->Integer(2)}] = ask->Integer(0);
}

// Stacks of equal depth: their callers have numbers already. Joined, because SQLite does not use the index for
// "(caller, name) IN (VALUES ..)" but reads the whole table each time.
StackNumbers NumbersOfLevel(SqlStore& database, const std::vector<StackKey>& keys) {
  StackNumbers numbers;
  InChunks(keys, [&](std::span<const StackKey> chunk) {
    AskStacks(
        database,
        fmt::format(
            "WITH wanted (caller, name) AS (VALUES {}) SELECT id, caller, name FROM wanted JOIN stack USING (caller, name)",
            Tuples(chunk.size(), "(?, ?)")),
        chunk, numbers);
  });
  InChunks(Missing(keys, numbers), [&](std::span<const StackKey> chunk) {
    AskStacks(
        database,
        fmt::format("INSERT INTO stack (caller, name) VALUES {} RETURNING id, caller, name", Tuples(chunk.size(), "(?, ?)")),
        chunk, numbers);
  });
  return numbers;
}

// The run's stacks with all their callers, by depth; [0] holds the outermost frames.
std::vector<std::vector<model::StackId>> Levels(const RunTable& table, const Run& run) {
  std::vector<bool> is_needed(table.stacks().size());
  for (model::StackId at : run.stack) {
    for (; at != model::StackTrie::root() && !is_needed[at.index()]; at = table.stacks().caller(at))
      is_needed[at.index()] = true;
  }
  std::vector<uint32_t> depth(is_needed.size());
  std::vector<std::vector<model::StackId>> levels;
  for (uint32_t id = 1; id < is_needed.size(); ++id) {  // callers come first
    if (!is_needed[id]) continue;
    const uint32_t at = depth[table.stacks().caller(model::StackId(id)).index()];
    depth[id] = at + 1;
    if (levels.size() <= at) levels.resize(at + 1);
    levels[at].push_back(model::StackId(id));
  }
  return levels;
}

}  // namespace

std::string StorableText(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const model::Utf8Char next = model::DecodeUtf8(text);
    if (next.is_valid && next.code != 0) {
      out += text.substr(0, next.length);
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    }
    text.remove_prefix(next.length);
  }
  return out;
}

std::vector<int64_t> NumbersOfNames(SqlStore& database, const RunTable& table, const std::vector<bool>& is_wanted) {
  std::vector<std::string> texts;
  for (uint32_t id = 0; id < is_wanted.size(); ++id) {
    if (is_wanted[id]) texts.push_back(StorableText(table.strings()[model::StringId(id)]));
  }
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  TextNumbers numbers;
  InChunks(texts, [&](std::span<const std::string> chunk) {
    AskNames(database, fmt::format("SELECT id, text FROM name WHERE text IN ({})", Tuples(chunk.size(), "?")), chunk,
             numbers);
  });
  InChunks(Missing(texts, numbers), [&](std::span<const std::string> chunk) {
    AskNames(database, fmt::format("INSERT INTO name (text) VALUES {} RETURNING id, text", Tuples(chunk.size(), "(?)")),
             chunk, numbers);
  });
  std::vector<int64_t> by_id(is_wanted.size());
  for (uint32_t id = 0; id < is_wanted.size(); ++id) {
    if (is_wanted[id]) by_id[id] = numbers.at(StorableText(table.strings()[model::StringId(id)]));
  }
  return by_id;
}

std::unordered_map<model::StackId, int64_t> NumbersOfStacks(SqlStore& database, const RunTable& table, const Run& run,
                                                            const std::vector<int64_t>& names) {
  std::unordered_map<model::StackId, int64_t> ids = {{model::StackTrie::root(), 0}};
  const auto key_of = [&](model::StackId stack) {
    return StackKey{ids.at(table.stacks().caller(stack)), names[table.function(stack).index()]};
  };
  for (const std::vector<model::StackId>& level : Levels(table, run)) {
    std::vector<StackKey> keys;
    for (const model::StackId stack : level) keys.push_back(key_of(stack));
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    const StackNumbers numbers = NumbersOfLevel(database, keys);
    for (const model::StackId stack : level) ids[stack] = numbers.at(key_of(stack));
  }
  return ids;
}

}  // namespace analysis
