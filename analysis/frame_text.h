#pragma once

#include <cstdint>
#include <string>

#include "model/stack_trie.h"
#include "model/symbols.h"
#include "model/value.h"

// Frames of traces as reports show them.
namespace analysis {

// Where no stack was recorded. Row 0 is a frame like any other.
constexpr model::LocationId kNoFrame(UINT32_MAX);

// "main.(*PriceTable).lookup main.go:31", the file without its folder; innermost function of the location. "" for none.
std::string FrameText(const model::Symbols& symbols, model::LocationId location);

// The function alone; "(no stack)" for the empty stack.
std::string LeafFunction(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack);

// Leaf first, a text a frame: "main.serve /src/main.go:12". For JSON.
model::Value StackValue(const model::Symbols& symbols, const model::StackTrie& stacks, model::StackId stack);

}  // namespace analysis
