//===- RegistryTest.cpp - Finding targets and chips -----------------------===//
#include "opc/Targets/Core/Target.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/TargetSelect.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <set>
#include <string>
#include <vector>

using namespace opc;
using testing::HasSubstr;

/// Every file that is part of the library, so that parseChips() may rely on it.
TEST(Registry, EveryChipIsWellFormed) {
  for (const Target *target : allTargets())
    for (const EmbeddedFile &file : target->chips) {
      auto desc = TargetDesc::parse(target->name, file.name, file.text);
      EXPECT_TRUE(bool(desc)) << llvm::toString(desc.takeError());
    }
}

TEST(Registry, EveryTargetHasChipsOfDistinctRank) {
  for (const Target *target : allTargets()) {
    llvm::ArrayRef<TargetDesc> chips = chipsOf(*target);
    ASSERT_FALSE(chips.empty()) << target->name.str();
    for (size_t i = 1; i < chips.size(); ++i)
      if (chips[i - 1].llvm.triple == chips[i].llvm.triple)
        EXPECT_GT(chips[i - 1].rank, chips[i].rank);
  }
}

TEST(Registry, ChipsOfOneProcessorStandTogetherItsOwnFirst) {
  std::vector<std::string> triples;
  for (const TargetDesc &desc : chipsOf(*findTarget("cpu")))
    if (triples.empty() || triples.back() != desc.llvm.triple)
      triples.push_back(desc.llvm.triple);
  EXPECT_GT(triples.size(), 1u);
  EXPECT_EQ(std::set<std::string>(triples.begin(), triples.end()).size(),
            triples.size());
  EXPECT_TRUE(isForThisProcessor(chipsOf(*findTarget("cpu")).front()));
}

TEST(Registry, HostIsTheHighestRankedThatRuns) {
  const Target *cpu = findTarget("cpu");
  ASSERT_NE(cpu, nullptr);
  auto found = findChip("cpu");
  ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
  std::string missing;
  EXPECT_TRUE(runsHere(**found, missing)) << missing;
  for (const TargetDesc &desc : chipsOf(*cpu)) {
    if (desc.rank > (*found)->rank) {
      EXPECT_FALSE(runsHere(desc, missing)) << desc.chip;
    }
  }
  EXPECT_EQ(*findChip("cpu:host"), *found);
}

TEST(Registry, NamesWhatThereIs) {
  std::string names;
  for (const Target *target : allTargets())
    names += (names.empty() ? "" : ", ") + target->name.str();
  EXPECT_THAT(llvm::toString(findChip("cpx").takeError()),
              HasSubstr("unknown target 'cpx': there are " + names));
  EXPECT_THAT(llvm::toString(findChip("cpu:z80").takeError()),
              HasSubstr("target 'cpu' has no chip 'z80': there are host, "));
}

TEST(Registry, ASimulatedChipIsOneOfAnotherDevice) {
  ASSERT_FALSE(simulatedTargets().empty());
  for (const std::string &name : simulatedTargets()) {
    const Target &original = *findTarget(name);
    const Target *target = findTarget("sim:" + name);
    ASSERT_NE(target, nullptr);
    EXPECT_EQ(target, findTarget(target->name));
    EXPECT_EQ(target->simulates, &original);
    EXPECT_EQ(chipsOf(*target).size(), chipsOf(original).size());
    for (const TargetDesc &desc : chipsOf(original)) {
      auto found = findChip("sim:" + desc.name());
      ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
      EXPECT_EQ((*found)->name(), "sim:" + desc.name());
      EXPECT_EQ((*found)->memorySpace(), "sim");
      EXPECT_EQ((*found)->summary, desc.summary);
      EXPECT_NE(desc.device.name, "sim");
    }
    EXPECT_EQ((*findChip("sim:" + name))->chip, (*findChip(name))->chip);
  }
}

TEST(Registry, NamesWhatCanBeSimulated) {
  auto said = [](llvm::StringRef name) {
    return llvm::toString(findChip(name).takeError());
  };
  EXPECT_EQ(said("sim:cpu"),
            "nothing simulates 'cpu': 'sim:' stands before one of " +
                llvm::join(simulatedTargets(), ", "));
  EXPECT_THAT(said("sim:sim:cpu"), HasSubstr("nothing simulates 'sim'"));
  EXPECT_THAT(said("sim:"), HasSubstr("nothing simulates ''"));
}

TEST(Registry, AModuleNamesItsChip) {
  mlir::MLIRContext context;
  mlir::OpBuilder builder(&context);
  auto module = mlir::ModuleOp::create(builder, builder.getUnknownLoc());
  EXPECT_EQ(threadsOf(module), 1);
  module->setAttr(kTargetAttr, builder.getStringAttr("reference"));
  module->setAttr(kThreadsAttr, builder.getI64IntegerAttr(3));
  builder.setInsertionPointToStart(module.getBody());
  auto inner = mlir::ModuleOp::create(builder, builder.getUnknownLoc());
  EXPECT_EQ((*targetOf(inner))->target, "reference");
  EXPECT_EQ(threadsOf(inner), 3);
  inner->setAttr(kTargetAttr, builder.getStringAttr("cpu:x86-64-v3"));
  EXPECT_EQ((*targetOf(inner))->chip, "x86-64-v3");
  module->erase();
}

TEST(Registry, AnUnknownTargetIsAnError) {
  mlir::MLIRContext context;
  std::string said;
  mlir::ScopedDiagnosticHandler handler(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          said = diagnostic.str();
                                          return mlir::success();
                                        });
  mlir::OpBuilder builder(&context);
  auto module = mlir::ModuleOp::create(builder, builder.getUnknownLoc());
  module->setAttr(kTargetAttr, builder.getStringAttr("zx81"));
  EXPECT_TRUE(mlir::failed(targetOf(module)));
  EXPECT_THAT(said, HasSubstr("unknown target 'zx81'"));
  module->erase();
}
