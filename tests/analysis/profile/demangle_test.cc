#include "analysis/profile/demangle.h"

#include <doctest/doctest.h>

#include <string>

using analysis::Demangled;
using analysis::NameParts;

// tests/cli/goprof_oracle_test.cc has some hundred names beside pprof's answers; here are the rules, one by one.
TEST_CASE("a C++ name loses the arguments of functions and templates, as far as asked for") {
  const std::string name = "_ZN4shop6SortedINS_5CentsEEElSt6vectorIT_SaIS3_EEPFlRKS3_E";
  CHECK(Demangled(name, NameParts::kPlain) == "shop::Sorted");
  CHECK(Demangled(name, NameParts::kTemplates) == "shop::Sorted<shop::Cents>");
  CHECK(Demangled(name, NameParts::kFull) ==
        "long shop::Sorted<shop::Cents>(std::vector<shop::Cents, std::allocator<shop::Cents> >, long (*)(shop::Cents "
        "const&))");
}

TEST_CASE("operators keep their angle brackets") {
  CHECK(Demangled("_ZStlsISt11char_traitsIcEERSt13basic_ostreamIcT_ES5_PKc", NameParts::kPlain) == "std::operator<<");
  CHECK(Demangled("_ZN1AltIiEEbT_", NameParts::kPlain) == "A::operator<");
  CHECK(Demangled("_ZNK1AptEv", NameParts::kPlain) == "A::operator->");
  CHECK(Demangled("_ZN1AclIiEEvT_", NameParts::kPlain) == "A::operator()");
}

TEST_CASE("functions in functions stand behind their function's name") {
  CHECK(Demangled("_ZZ4mainENKUlRKSslE_clES0_l", NameParts::kPlain) ==
        "main::{lambda(std::string const&, long)#1}::operator()");
  CHECK(Demangled("_ZZ1fiE1g", NameParts::kPlain) == "f()::g");
}

TEST_CASE("what a compiler adds to the name of a clone is left out") {
  CHECK(Demangled("_ZN1A1fEi.isra.0", NameParts::kPlain) == "A::f");
  CHECK(Demangled("_ZN1A1fEi.isra.0", NameParts::kFull) == "A::f(int)");
}

TEST_CASE("Rust names of both manglings are read") {
  CHECK(Demangled("_ZN6pricer5cheap28_$u7b$$u7b$closure$u7d$$u7d$17h308924f02b244476E", NameParts::kPlain) ==
        "pricer::cheap::{{closure}}");
  const std::string name = "_RNvMs_NtCs1234_5alloc3vecINtB4_3VechE4push";
  CHECK(Demangled(name, NameParts::kPlain) == "<alloc::vec::Vec<>>::push");
  CHECK(Demangled(name, NameParts::kFull) == "<alloc::vec::Vec<u8>>::push");
}

TEST_CASE("what is no such name stays as it is") {
  for (const char* name :
       {"", "main", "runtime.mallocgc", "_Z", "_ZN", "_R", "_RNv", "_ZN1A", "main.(*T[go.shape.int]).f"}) {
    CHECK(Demangled(name, NameParts::kPlain) == name);
    CHECK(Demangled(name, NameParts::kFull) == name);
  }
}

TEST_CASE("a short name with a long form costs little and stays as it is") {
  // f(A<int, int>, A<that, that>, ..): each argument is twice as long as the one before it.
  const std::string numbers = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string name = "_Z1f1AIiiE";
  for (size_t i = 0; i < numbers.size(); ++i) {
    const std::string before = std::string("S") + numbers[i] + "_";
    name += "S_I" + before + before + "E";
  }
  CHECK(Demangled(name, NameParts::kFull) == name);
  CHECK(Demangled(name, NameParts::kPlain) == "f");
}
