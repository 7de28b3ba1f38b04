#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/gate/run_table.h"
#include "analysis/store/sql_store.h"

// Which numbers do names and stacks have in a history? Asked and given out hundreds at a time: a profile has tens of
// thousands of stacks, and a server may be a network away. Only inside a transaction, so that nobody else gives out the same
// ones.
namespace analysis {

// A text as a database can hold it: bytes that are not UTF-8, and zero bytes, become "\xNN".
std::string StorableText(std::string_view text);

// By StringId of the table; 0 for names that none of the wanted have.
std::vector<int64_t> NumbersOfNames(SqlStore& database, const RunTable& table, const std::vector<bool>& is_wanted);

// By StackId of the table, for the stacks of one run and all their callers; the root is 0.
std::unordered_map<model::StackId, int64_t> NumbersOfStacks(SqlStore& database, const RunTable& table, const Run& run,
                                                            const std::vector<int64_t>& names);

}  // namespace analysis
