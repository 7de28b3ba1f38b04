#pragma once

#include <string>

#include "analysis/gate/rules.h"

// The rules file of `goprof gate`. docs/ci.md is its manual:
//
//   [gate]
//   min_growth = 10%
//   [budget quoting]
//   function = main.appendQuoted
//   max = 20%
//   [exception flate]
//   match = compress/flate\..*
//   reason = the new level is wanted, #412
//   expires = 2027-01-31
namespace cli {

// Throws UsageError with the file and the key for anything that can't be understood, unknown keys included.
analysis::GateRules ReadGateRules(const std::string& path);
analysis::GateRules ParseGateRules(const std::string& name, const std::string& text);

// Lines of a [gate] section that go over what is there.
void OverrideSettings(analysis::GateRules& rules, const std::string& name, const std::string& text);

// `.goprof.ini` in the current folder or the nearest one above it, not further than the repository's root (the folder with
// .git). Empty if there is none.
std::string FindGateRules();

// "2s", "1.5MB", "20%", "300". Times are in nanoseconds then, sizes in bytes. Throws UsageError.
analysis::Limit ParseLimit(const std::string& text);

}  // namespace cli
