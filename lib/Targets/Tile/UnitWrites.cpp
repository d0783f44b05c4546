//===- UnitWrites.cpp - what one unit of a kernel writes ------------------===//
//
// Unit u writes the elements [u * n, (u + 1) * n) if they are numbered by u's
// digits and by what loops inside of it count:
//
//   for u { q = u / d, r = u % d; for i < n { y[q * (d * n) + r * n + i] } }
//
// Each stride is the product of the extents below it.
//
//===----------------------------------------------------------------------===//
#include "UnitWrites.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "opc/Conversion/KernelAttributes.h"
#include <numeric>
#include <optional>

using namespace mlir;
namespace opc::tile {
namespace {

/// A number times values.
struct Product {
  int64_t number = 1;
  SmallVector<Value, 2> values;

  void multiply(const Product &other) {
    number *= other.number;
    values.append(other.values.begin(), other.values.end());
  }
};
using Sum = SmallVector<Product, 4>;

/// Whether both are computed in the same way from the same.
bool isSame(Value x, Value y) {
  if (x == y)
    return true;
  Operation *a = x.getDefiningOp(), *b = y.getDefiningOp();
  return a && b && isPure(a) && a->getName() == b->getName() &&
         a->getNumResults() == 1 && a->getNumRegions() == 0 &&
         a->getAttrDictionary() == b->getAttrDictionary() &&
         llvm::all_of_zip(a->getOperands(), b->getOperands(), isSame);
}

bool isSame(const Product &x, const Product &y) {
  if (x.number != y.number || x.values.size() != y.values.size())
    return false;
  SmallVector<Value, 2> left = y.values;
  for (Value value : x.values) {
    auto *found =
        llvm::find_if(left, [&](Value other) { return isSame(value, other); });
    if (found == left.end())
      return false;
    left.erase(found);
  }
  return true;
}

Sum sumOf(Value value) {
  IntegerAttr known;
  if (matchPattern(value, m_Constant(&known)))
    return {Product{known.getInt(), {}}};
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<arith::AddIOp>(op)) {
    Sum sum = sumOf(op->getOperand(0));
    sum.append(sumOf(op->getOperand(1)));
    return sum;
  }
  if (isa_and_nonnull<arith::MulIOp>(op)) {
    Sum sum;
    for (const Product &x : sumOf(op->getOperand(0)))
      for (const Product &y : sumOf(op->getOperand(1))) {
        sum.push_back(x);
        sum.back().multiply(y);
      }
    return sum;
  }
  return {Product{1, {value}}};
}

/// A value that all units have in common, as one product.
std::optional<Product> productOf(Value value, scf::ForOp units) {
  Sum sum = sumOf(value);
  auto isCommon = [&](Value value) {
    return units.isDefinedOutsideOfLoop(value);
  };
  if (sum.size() != 1 || !llvm::all_of(sum.front().values, isCommon))
    return std::nullopt;
  return sum.front();
}

/// What is left of an index while its parts are found, smallest stride first.
class Digits {
public:
  Digits(Value index, scf::ForOp units) : rest(sumOf(index)), units(units) {
    llvm::erase_if(rest, [](const Product &part) { return !part.number; });
  }

  /// Elements of one unit, or nothing.
  std::optional<Product> elementsOfUnit() {
    while (takeInnerLoop())
      ;
    Product elements = stride;
    while (takeDigit())
      ;
    if (rest.empty() && (isWhole || isLast()))
      return elements;
    return std::nullopt;
  }

private:
  /// Takes the part that is `value` times the stride, for which `fits`.
  Value take(llvm::function_ref<bool(Value)> fits) {
    for (Product &part : rest)
      for (Value value : part.values) {
        Product others = part;
        others.values.erase(llvm::find(others.values, value));
        if (!fits(value) || !isSame(others, stride))
          continue;
        rest.erase(&part);
        return value;
      }
    return {};
  }

  bool takeInnerLoop() {
    Value counter = take([&](Value value) {
      auto loop = loopOf(value);
      return loop && loop != units &&
             matchPattern(loop.getLowerBound(), m_Zero()) &&
             matchPattern(loop.getStep(), m_One()) &&
             productOf(loop.getUpperBound(), units);
    });
    if (!counter)
      return false;
    stride.multiply(*productOf(loopOf(counter).getUpperBound(), units));
    return true;
  }

  bool takeDigit() {
    if (isWhole)
      return false;
    if (take([&](Value value) { return isQuotient(value, divisors); })) {
      isWhole = true;
      return true;
    }
    Value digit = take([&](Value value) {
      Operation *op = value.getDefiningOp();
      return isa_and_nonnull<arith::RemUIOp, arith::RemSIOp>(op) &&
             isQuotient(op->getOperand(0), divisors) &&
             productOf(op->getOperand(1), units);
    });
    if (!digit)
      return false;
    Value divisor = digit.getDefiningOp()->getOperand(1);
    divisors.push_back(divisor);
    stride.multiply(*productOf(divisor, units));
    extent.multiply(*productOf(divisor, units));
    return true;
  }

  static scf::ForOp loopOf(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getArgNumber() != 0)
      return {};
    return dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
  }

  /// Whether `value` is u / divisors[0] / divisors[1] ...
  bool isQuotient(Value value, ArrayRef<Value> divisors) {
    if (divisors.empty())
      return value == units.getInductionVar();
    Operation *op = value.getDefiningOp();
    return isa_and_nonnull<arith::DivUIOp, arith::DivSIOp>(op) &&
           isSame(op->getOperand(1), divisors.back()) &&
           isQuotient(op->getOperand(0), divisors.drop_back());
  }

  /// Whether the digits that were found are all that units have.
  bool isLast() {
    auto kernel = units->getParentOfType<func::FuncOp>();
    AffineMap map =
        cast<AffineMapAttr>(kernel->getAttr(kUnitsAttr)).getAffineMap();
    auto count = dyn_cast<AffineConstantExpr>(map.getResult(0));
    return count && extent.values.empty() && count.getValue() <= extent.number;
  }

  Sum rest;
  scf::ForOp units;
  Product stride, extent;
  SmallVector<Value> divisors;
  bool isWhole = false;
};

/// The loop over the kernel's units around `op`.
scf::ForOp unitsAround(Operation *op, func::FuncOp kernel) {
  ArrayRef<BlockArgument> arguments = kernel.getArguments();
  for (auto loop = op->getParentOfType<scf::ForOp>(); loop;
       loop = loop->getParentOfType<scf::ForOp>())
    if (loop.getLowerBound() == arguments[arguments.size() - 2] &&
        loop.getUpperBound() == arguments.back() &&
        matchPattern(loop.getStep(), m_One()))
      return loop;
  return {};
}

/// Units whose elements are whole lines, for one store; 0 if not known.
int64_t unitsOfStore(memref::StoreOp store, func::FuncOp kernel, int64_t line) {
  scf::ForOp units = unitsAround(store, kernel);
  if (!units || store.getIndices().size() != 1)
    return 0;
  std::optional<Product> elements =
      Digits(store.getIndices()[0], units).elementsOfUnit();
  if (!elements || elements->number <= 0)
    return 0;
  unsigned bits = store.getMemRefType().getElementTypeBitWidth();
  int64_t bytes = elements->number * ((bits + 7) / 8);
  return line / std::gcd(line, bytes);
}

} // namespace

int64_t unitsOfLines(func::FuncOp kernel, int64_t line) {
  int64_t most = 1;
  for (BlockArgument memory : kernel.getArguments()) {
    if (!isa<MemRefType>(memory.getType()))
      continue;
    for (Operation *user : memory.getUsers()) {
      if (isa<memref::LoadOp>(user))
        continue;
      auto store = dyn_cast<memref::StoreOp>(user);
      int64_t units = store ? unitsOfStore(store, kernel, line) : 0;
      if (!units)
        return 0;
      most = std::max(most, units);
    }
  }
  return most;
}

} // namespace opc::tile
