#include "analysis/frame_origin.h"

#include <doctest/doctest.h>

#include <string>

using analysis::CodePlace;
using analysis::GoPackage;

namespace {
std::string Of(CodePlace place, std::string_view application = {}) {
  return model::Name(analysis::OriginOf(place, application));
}
}  // namespace

TEST_CASE("a package is what stands before the first dot behind the last slash, type arguments aside") {
  CHECK(GoPackage("net/http.(*conn).serve") == "net/http");
  CHECK(GoPackage("main.main.func1") == "main");
  CHECK(GoPackage("github.com/acme/shop/v2/cart.(*Cart[go.shape.int]).Add") == "github.com/acme/shop/v2/cart");
  CHECK(GoPackage("slices.SortFunc[go.shape.struct { a.com/b.T }]") == "slices");
  CHECK(GoPackage("__libc_start_main") == "");
  CHECK(GoPackage("std::vector<int>::push_back") == "");
}

TEST_CASE("whose code a frame is follows from its import path and its file") {
  CHECK(Of({"main.main", "/home/u/shop/main.go"}) == "application");
  CHECK(Of({"github.com/acme/shop/cart.Add", "/home/u/shop/cart/cart.go"}) == "application");
  CHECK(Of({"github.com/lib/pq.(*conn).exec", "/go/pkg/mod/github.com/lib/pq@v1.10.9/conn.go"}) == "modules");
  CHECK(Of({"github.com/lib/pq.(*conn).exec", "/home/u/shop/vendor/github.com/lib/pq/conn.go"}) == "modules");
  CHECK(Of({"github.com/acme/shop/api.(*Order).Marshal", "/home/u/shop/api/order.pb.go"}) == "generated");
  CHECK(Of({"net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go"}) == "standard library");
  CHECK(Of({"runtime/pprof.profileWriter"}) == "standard library");
  CHECK(Of({"runtime.mallocgc"}) == "runtime");
  CHECK(Of({"internal/runtime/maps.(*Map).Put"}) == "runtime");
  CHECK(Of({"runtime.gcBgMarkWorker"}) == "garbage collector");
  CHECK(Of({"runtime.futex"}) == "system");
  CHECK(Of({"internal/runtime/syscall.Syscall6"}) == "system");
  CHECK(Of({"do_syscall_64_[k]"}) == "system");
  CHECK(Of({"do_syscall_64", "", "[kernel.kallsyms]"}) == "system");
  CHECK(Of({"runtime.cgocall"}) == "native");
  CHECK(Of({"main._Cfunc_compress"}) == "native");
  CHECK(Of({"malloc", "", "/usr/lib/libc.so.6"}) == "native");
}

TEST_CASE("without file names the user says what the application is") {
  CHECK(Of({"github.com/acme/shop/cart.Add"}) == "modules");
  CHECK(Of({"github.com/acme/shop/cart.Add"}, "github.com/acme/shop") == "application");
  CHECK(Of({"github.com/acme/shopping.Add"}, "github.com/acme/shop") == "modules");
  CHECK(Of({"main.main"}) == "application");
}
