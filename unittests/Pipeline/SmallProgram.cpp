//===- SmallProgram.cpp - A program without a model -----------------------===//
#include "SmallProgram.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "opc/Pipeline/InitAll.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"
#include <cstring>

using namespace opc;

CompiledProgram smallProgram(llvm::StringRef ir, llvm::StringRef constants) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(ir, &context);
  EXPECT_TRUE(module);
  CompiledProgram program;
  program.desc = llvm::cantFail(findChip("cpu"));
  Status status = generateObjects(*module, *program.desc, {}, program.objects);
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_TRUE(AlignedBytes::allocate(constants.size(), program.constants).ok());
  memcpy(program.constants.data(), constants.data(), constants.size());
  program.manifest =
      llvm::formatv("{{\"abi\": {0}, \"opc\": \"0\", \"target\": {{\"name\": "
                    "\"cpu\"}, \"threads\": 1, \"inputs\": [], \"outputs\": "
                    "[], \"constants_bytes\": {1}}",
                    OPC_ABI_VERSION, constants.size())
          .str();
  return program;
}
