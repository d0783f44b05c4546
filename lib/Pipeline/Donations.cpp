//===- Donations.cpp - Which output takes an input's memory ---------------===//
//
// Input and output have one element type and, as expressions, the same extents:
// then every run has the memory that the output needs.
//
//===----------------------------------------------------------------------===//
#include "Donations.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Runtime/Escape.h"
#include "opc/Runtime/Suggest.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace opc;
using namespace mlir;

namespace {

class Donor {
public:
  explicit Donor(func::FuncOp main)
      : main(main), env(main.getContext()),
        outputs(main.front().getTerminator()->getOperands()),
        takers(main.getNumArguments(), -1) {
    for (unsigned i = 0; i < main.getNumArguments(); ++i)
      inputNames.push_back(
          nameOf(main.getArgAttrOfType<StringAttr>(i, kNameAttr)));
    for (unsigned i = 0; i < outputs.size(); ++i)
      outputNames.push_back(
          nameOf(main.getResultAttrOfType<StringAttr>(i, kNameAttr)));
  }

  /// Checks what a text says itself.
  Status readText();
  Status donate(const Donation &donation);
  Status lend(const std::string &input);
  /// Donations that name no output: after those that do.
  Status donateToFirst(const Donation &donation);
  void write();

private:
  Status find(const Donation &donation, unsigned &input) const;
  Status find(const std::string &name, const char *option,
              unsigned &input) const;
  Status findOutput(const std::string &name, int64_t &output) const;
  Status give(unsigned input, int64_t output);
  bool fits(unsigned input, int64_t output) {
    Value argument = main.getArgument(input), result = outputs[output];
    return argument.getType() == result.getType() &&
           env.dims(argument) == env.dims(result);
  }
  /// As the manifest has it.
  static std::string nameOf(StringAttr name) {
    return name ? runtime::toText(name.str()) : "";
  }
  std::string typeText(Value value);

  func::FuncOp main;
  ShapeEnv env;
  OperandRange outputs;
  std::vector<std::string> inputNames, outputNames;
  SmallVector<int64_t> takers; ///< the output of each input, or -1
};

std::string quoted(const std::string &name) {
  return "'" + runtime::printable(name, runtime::shownBytes) + "'";
}

/// "f32[n, 3]".
std::string Donor::typeText(Value value) {
  auto symbols = main->getAttrOfType<ArrayAttr>(kSymbolsAttr);
  std::string text;
  llvm::raw_string_ostream out(text);
  out << getElementTypeOrSelf(value.getType()) << "[";
  llvm::interleaveComma(env.dims(value), out, [&](AffineExpr dim) {
    auto symbol = dyn_cast<AffineSymbolExpr>(dim);
    std::string name =
        symbol ? nameOf(cast<StringAttr>(symbols[symbol.getPosition()])) : "";
    if (auto extent = constantOf(dim))
      out << *extent;
    else
      out << (name.empty() ? "?" : runtime::printable(name));
  });
  out << "]";
  return text;
}

Status Donor::find(const Donation &donation, unsigned &input) const {
  unsigned count = takers.size();
  if (donation.index >= count)
    return Status::input(
        llvm::formatv("donate: there is no input {0}: the program has {1}",
                      donation.index, count)
            .str());
  input = std::max<int64_t>(donation.index, 0);
  if (donation.index >= 0)
    return {};
  return find(donation.input, "donate", input);
}

Status Donor::find(const std::string &name, const char *option,
                   unsigned &input) const {
  input = llvm::find(inputNames, name) - inputNames.begin();
  if (input < inputNames.size())
    return {};
  return Status::input(std::string(option) + ": no input is called " +
                       quoted(name) + runtime::suggestion(name, inputNames));
}

Status Donor::lend(const std::string &name) {
  unsigned input = 0;
  if (Status status = find(name, "lend", input); !status.ok())
    return status;
  main.setArgAttr(input, kLentAttr, UnitAttr::get(main.getContext()));
  return {};
}

Status Donor::findOutput(const std::string &name, int64_t &output) const {
  output = llvm::find(outputNames, name) - outputNames.begin();
  if (output == int64_t(outputNames.size()))
    return Status::input("donate: no output is called " + quoted(name) +
                         runtime::suggestion(name, outputNames));
  return {};
}

Status Donor::give(unsigned input, int64_t output) {
  std::string from = "input " + quoted(inputNames[input]);
  std::string to = "output " + quoted(outputNames[output]);
  if (takers[input] >= 0)
    return Status::input("donate: " + from + " is donated twice");
  if (auto other = llvm::find(takers, output); other != takers.end())
    return Status::input("donate: " + to + " takes both " + from +
                         " and input " +
                         quoted(inputNames[other - takers.begin()]));
  if (!fits(input, output))
    return Status::input("donate: " + from + " is " +
                         typeText(main.getArgument(input)) + ", but " + to +
                         " is " + typeText(outputs[output]));
  takers[input] = output;
  return {};
}

Status Donor::readText() {
  for (unsigned i = 0; i < takers.size(); ++i) {
    Attribute given = main.getArgAttr(i, kDonatedAttr);
    if (!given)
      continue;
    auto number = dyn_cast<IntegerAttr>(given);
    if (!number || !number.getType().isInteger(64) || number.getInt() < 0 ||
        number.getInt() >= int64_t(outputs.size()))
      return Status::input(
          llvm::formatv("input {0}: {1} is no number (i64) of one of {2} "
                        "outputs",
                        quoted(inputNames[i]), kDonatedAttr, outputs.size())
              .str());
    if (Status status = give(i, number.getInt()); !status.ok())
      return status;
  }
  return {};
}

Status Donor::donate(const Donation &donation) {
  unsigned input = 0;
  int64_t output = 0;
  if (Status status = find(donation, input); !status.ok())
    return status;
  if (Status status = findOutput(*donation.output, output); !status.ok())
    return status;
  return give(input, output);
}

Status Donor::donateToFirst(const Donation &donation) {
  unsigned input = 0;
  if (Status status = find(donation, input); !status.ok())
    return status;
  for (int64_t output = 0; output < int64_t(outputs.size()); ++output)
    if (takers[input] >= 0 ||
        (fits(input, output) && !llvm::is_contained(takers, output)))
      return give(input, output);
  return Status::input("donate: input " + quoted(inputNames[input]) + " is " +
                       typeText(main.getArgument(input)) +
                       ", and no output that is left is of that type");
}

void Donor::write() {
  Builder b(main.getContext());
  for (auto [input, output] : llvm::enumerate(takers))
    if (output >= 0)
      main.setArgAttr(input, kDonatedAttr, b.getI64IntegerAttr(output));
}

} // namespace

Status opc::donateInputs(ModuleOp module, const CompileOptions &options) {
  Donor donor(module.lookupSymbol<func::FuncOp>("main"));
  Status status = donor.readText();
  for (const Donation &donation : options.donate)
    if (status.ok() && donation.output)
      status = donor.donate(donation);
  for (const Donation &donation : options.donate)
    if (status.ok() && !donation.output)
      status = donor.donateToFirst(donation);
  for (const std::string &input : options.lend)
    if (status.ok())
      status = donor.lend(input);
  if (status.ok())
    donor.write();
  return status;
}
