//===- LinkTest.cpp - Objects become programs -----------------------------===//
#include "SmallProgram.h"
#include "TempFolder.h"
#include "opc/Pipeline/Jit.h"

#include "llvm/Object/ObjectFile.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace opc;
using testing::HasSubstr;

namespace {

/// An entry that returns the first constant byte plus cos(0), through libm.
constexpr llvm::StringLiteral kEntry = R"(
  llvm.func @cosf(f32) -> f32
  llvm.func @opc_entry(%call: !llvm.ptr) -> i32 {
    %slot = llvm.getelementptr %call[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %data = llvm.load %slot : !llvm.ptr -> !llvm.ptr
    %byte = llvm.load %data : !llvm.ptr -> i8
    %wide = llvm.zext %byte : i8 to i32
    %x = llvm.sitofp %wide : i32 to f32
    %zero = llvm.fsub %x, %x : f32
    %one = llvm.call @cosf(%zero) : (f32) -> f32
    %i = llvm.fptosi %one : f32 to i32
    %s = llvm.add %wide, %i : i32
    %c = llvm.mlir.constant(42 : i32) : i32
    %r = llvm.sub %s, %c : i32
    llvm.return %r : i32
  }
)";

/// Runs a program without inputs: OPC_OK if its entry gave 0.
opc_status run(opc_program *program) {
  opc_results *results = nullptr;
  opc_status status = opc_run(program, nullptr, 0, nullptr, 0, &results);
  if (status == OPC_OK)
    opc_free_results(results);
  return status;
}

/// What the file's section of constants holds; empty if it has none.
std::string constantsIn(const std::string &path) {
  auto file = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(path));
  for (const llvm::object::SectionRef &section : file.getBinary()->sections())
    if (llvm::cantFail(section.getName()) == ".opc.constants")
      return llvm::cantFail(section.getContents()).str();
  return "";
}

} // namespace

TEST(Link, MakesASharedObjectThatRuns) {
  TempFolder folder;
  CompiledProgram compiled = smallProgram(kEntry, ")rest");
  Status status =
      linkSharedObject(compiled.parts(), *compiled.desc, folder / "p.so");
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(folder.numFiles(), 1u);
  opc_program *program = nullptr;
  ASSERT_EQ(opc_load((folder / "p.so").c_str(), &program), OPC_OK)
      << opc_last_error();
  EXPECT_EQ(run(program), OPC_OK) << "')' is 41, and cos(0) is 1";
  opc_close(program);
}

TEST(Link, ConstantsAreWhereTheSectionSays) {
  TempFolder folder;
  for (size_t size : {1, 64, 4095, 4096, 70001}) {
    std::string constants(size, ')');
    constants.back() += size > 1;
    CompiledProgram compiled = smallProgram(kEntry, constants);
    for (auto link : {linkSharedObject, linkRelocatable}) {
      Status status = link(compiled.parts(), *compiled.desc, folder / "p");
      ASSERT_TRUE(status.ok()) << status.message();
      EXPECT_TRUE(constantsIn(folder / "p") == constants) << size << " bytes";
    }
    std::string path = folder / "p.so";
    ASSERT_TRUE(linkSharedObject(compiled.parts(), *compiled.desc, path).ok());
    opc_program *program = nullptr;
    ASSERT_EQ(opc_load(path.c_str(), &program), OPC_OK) << opc_last_error();
    EXPECT_EQ(run(program), OPC_OK) << size << " bytes";
    opc_close(program);
  }
}

TEST(Link, TheJitRunsTheSameObjects) {
  TempFolder folder;
  opc_program *program = nullptr;
  Status status = loadIntoProcess(smallProgram(kEntry, ")rest"), program);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(run(program), OPC_OK);
  ASSERT_TRUE(saveProgram(program, folder / "saved.so").ok());
  opc_close(program);
  ASSERT_EQ(opc_load((folder / "saved.so").c_str(), &program), OPC_OK)
      << opc_last_error();
  EXPECT_EQ(run(program), OPC_OK);
  EXPECT_EQ(saveProgram(program, folder / "again.so").code(), OPC_ERROR_USAGE);
  opc_close(program);
}

TEST(Link, RefusesCallsOfSupportLibraries) {
  TempFolder folder;
  CompiledProgram compiled = smallProgram(R"(
    llvm.func @__truncdfhf2(f64) -> i16
    llvm.func @opc_entry(%call: !llvm.ptr) -> i32 {
      %x = llvm.load %call : !llvm.ptr -> f64
      %h = llvm.call @__truncdfhf2(%x) : (f64) -> i16
      %r = llvm.sext %h : i16 to i32
      llvm.return %r : i32
    })");
  Status status =
      linkSharedObject(compiled.parts(), *compiled.desc, folder / "p.so");
  EXPECT_EQ(status.code(), OPC_ERROR_INTERNAL);
  EXPECT_THAT(status.message(), HasSubstr("__truncdfhf2"));
  EXPECT_EQ(folder.numFiles(), 0u);
}

TEST(Link, AnUnwritablePlaceIsOneLine) {
  CompiledProgram compiled = smallProgram(kEmptyEntry);
  Status status =
      linkSharedObject(compiled.parts(), *compiled.desc, "/proc/no/p.so");
  EXPECT_EQ(status.code(), OPC_ERROR_INPUT);
  EXPECT_EQ(status.message(),
            "/proc/no/p.so: cannot write: No such file or directory");
}
