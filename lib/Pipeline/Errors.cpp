//===- Errors.cpp - Errors of MLIR as diagnostics of opc ------------------===//
#include "Errors.h"

#include "mlir/IR/Location.h"
#include "opc/Dialect/Opc/IR/Refusal.h"
#include "llvm/Support/FormatVariadic.h"

using namespace opc;
using namespace mlir;
using Record = runtime::Diagnostic;

/// A node of a model: its name around its operator's. Of a text: its line.
static void place(Location loc, Record &record) {
  auto textOf = [](NameLoc name) { return name.getName().getValue().str(); };
  if (auto name = loc->findInstanceOf<NameLoc>()) {
    auto op = dyn_cast<NameLoc>(name.getChildLoc());
    record.subject = op ? "node" : "value";
    record.name = textOf(name);
    record.op = op ? textOf(op) : "";
  } else if (auto file = loc->findInstanceOf<FileLineColLoc>()) {
    record.place = llvm::formatv("{0}:{1}:{2}", file.getFilename().getValue(),
                                 file.getLine(), file.getColumn());
  }
}

/// The parser says over several lines what the first one says.
static std::string firstLine(const std::string &text) {
  return llvm::StringRef(text)
      .take_until([](char c) { return c == '\n'; })
      .str();
}

static Record toRecord(Diagnostic &error) {
  Record record;
  place(error.getLocation(), record);
  record.reason = firstLine(error.str());
  if (auto nearest = nearestForm(error)) {
    record.code = Record::Code::Unsupported;
    record.nearest = *nearest;
  }
  return record;
}

ErrorCollector::ErrorCollector(MLIRContext *context)
    : handler(context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          add(diagnostic);
        return success();
      }) {}

void ErrorCollector::add(Diagnostic &error) {
  std::lock_guard<std::mutex> lock(mutex);
  Record record = toRecord(error);
  if (known.insert(record.line()).second)
    found.push_back(std::move(record));
}

std::string ErrorCollector::first(const std::string &otherwise) const {
  return found.empty() ? otherwise : found.front().line();
}
