//===- Objection.cpp - why a front end does not take something
//----------------===//
#include "opc/Frontend/Graph/Objection.h"
#include "opc/Dialect/Opc/IR/Refusal.h"
#include "llvm/Support/Regex.h"

using namespace opc::graph;
using llvm::StringRef;

Objection Objection::ofDialect(mlir::Diagnostic &error) {
  // What the verifier that is generated for each op says is no more than text.
  static const llvm::Regex kOperand(
      "^'opc\\.[a-z_0-9]+' op operand #([0-9]+) must be (variadic of )?ranked "
      "tensor of (.*) values.*, but got");
  static const llvm::Regex kOp("^'opc\\.[a-z_0-9]+' op (.*)$");
  std::string reason = error.str();
  llvm::SmallVector<StringRef> parts;
  if (kOperand.match(reason, &parts))
    return unsupported("operand " + parts[1] +
                           " is of a dtype that is not supported",
                       parts[3]);
  StringRef text = kOp.match(reason, &parts) ? parts[1] : StringRef(reason);
  if (auto nearest = nearestForm(error))
    return unsupported(text, *nearest);
  return Objection(text);
}
