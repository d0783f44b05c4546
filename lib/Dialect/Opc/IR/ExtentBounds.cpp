//===- ExtentBounds.cpp - between which values an extent lies -------------===//
#include "opc/Dialect/Opc/IR/ExtentBounds.h"
#include "opc/Dialect/Opc/IR/ShapeEnv.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace opc;
using Limit = std::optional<int64_t>;

static Limit add(Limit a, Limit b) {
  int64_t result;
  return !a || !b || llvm::AddOverflow(*a, *b, result) ? std::nullopt
                                                       : Limit(result);
}

static Limit multiply(Limit a, Limit b) {
  int64_t result;
  return !a || !b || llvm::MulOverflow(*a, *b, result) ? std::nullopt
                                                       : Limit(result);
}

/// What is known of the smaller of two values by their greatest, or of the
/// larger one by their least: either limit will do.
static Limit either(Limit a, Limit b, bool smaller) {
  if (!a || !b)
    return a ? a : b;
  return smaller ? std::min(*a, *b) : std::max(*a, *b);
}

/// What is known of the smaller of two values by their least, or of the larger
/// one by their greatest: it takes both limits.
static Limit both(Limit a, Limit b, bool smaller) {
  if (!a || !b)
    return std::nullopt;
  return smaller ? std::min(*a, *b) : std::max(*a, *b);
}

static Bounds addBounds(Bounds a, Bounds b) {
  return {add(a.least, b.least), add(a.most, b.most)};
}

static Bounds multiplyBounds(Bounds a, Bounds b) {
  if (b.least && b.least == b.most && *b.least < 0)
    return {multiply(a.most, b.most), multiply(a.least, b.least)};
  if (!a.least || !b.least || *a.least < 0 || *b.least < 0)
    return {};
  return {multiply(a.least, b.least), multiply(a.most, b.most)};
}

/// a / b rounded down, or up; of what is not negative, by what is positive.
static Bounds divideBounds(Bounds a, Bounds b, bool up) {
  if (!b.least || *b.least < 1 || !a.least || *a.least < 0)
    return {};
  auto divide = [&](int64_t x, int64_t y) {
    return up ? llvm::divideCeilSigned(x, y) : x / y;
  };
  Bounds result{0, std::nullopt};
  if (b.most)
    result.least = divide(*a.least, *b.most);
  if (a.most)
    result.most = divide(*a.most, *b.least);
  return result;
}

Bounds ExtentBounds::ofBinary(AffineBinaryOpExpr e) const {
  Bounds a = of(e.getLHS()), b = of(e.getRHS());
  switch (e.getKind()) {
  case AffineExprKind::Add:
    return addBounds(a, b);
  case AffineExprKind::Mul:
    return multiplyBounds(a, b);
  case AffineExprKind::FloorDiv:
    return divideBounds(a, b, /*up=*/false);
  case AffineExprKind::CeilDiv:
    return divideBounds(a, b, /*up=*/true);
  default: // Mod: the rest of a division rounded down.
    return {0, add(b.most, -1)};
  }
}

Bounds ExtentBounds::of(AffineExpr e) const {
  if (Limit value = constantOf(e))
    return {value, value};
  if (auto symbol = dyn_cast<AffineSymbolExpr>(e)) {
    auto found = known.find(symbol.getPosition());
    return found == known.end() ? Bounds{0, kLargestExtent} : found->second;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(e);
  return binary ? ofBinary(binary) : Bounds();
}

void ExtentBounds::setClamp(unsigned symbol, AffineExpr value, AffineExpr low,
                            AffineExpr high) {
  Bounds v = of(value), l = of(low), h = of(high);
  set(symbol, {both(either(v.least, l.least, /*smaller=*/false), h.least,
                    /*smaller=*/true),
               either(both(v.most, l.most, /*smaller=*/false), h.most,
                      /*smaller=*/true)});
  clamps[symbol] = {value, low, high};
}

const ExtentBounds::Clamp *ExtentBounds::clampOf(AffineExpr e) const {
  auto symbol = dyn_cast<AffineSymbolExpr>(e);
  auto found = symbol ? clamps.find(symbol.getPosition()) : clamps.end();
  return found == clamps.end() ? nullptr : &found->second;
}

/// A clamp is at most its upper end, and at most its value where that is not
/// below its lower end; and the other way round.
bool ExtentBounds::clampAtMost(AffineExpr a, AffineExpr b,
                               unsigned depth) const {
  if (depth == 0)
    return false;
  auto holds = [&](AffineExpr x, AffineExpr y) {
    return atMost(x, y, depth - 1);
  };
  if (const Clamp *clamp = clampOf(a))
    if (holds(clamp->high, b) ||
        (holds(clamp->value, b) && holds(clamp->low, b)))
      return true;
  const Clamp *clamp = clampOf(b);
  return clamp && holds(a, clamp->high) &&
         (holds(a, clamp->low) || holds(a, clamp->value));
}

static AffineExpr simplified(AffineExpr e) {
  unsigned symbols = toMap(e.getContext(), e).getNumSymbols();
  return simplifyAffineExpr(e, /*numDims=*/0, symbols);
}

bool ExtentBounds::provablyAtMost(AffineExpr a, AffineExpr b) const {
  // Clamps of clamps of clamps: what deeper ones say is not worth its time.
  constexpr unsigned depth = 3;
  return atMost(a, b, depth);
}

bool ExtentBounds::atMost(AffineExpr a, AffineExpr b, unsigned depth) const {
  if (a == b)
    return true;
  Limit x = constantOf(a), y = constantOf(b);
  if (x && y)
    return *x <= *y;
  // Huge constants (INT64_MAX says "to the end") must not overflow below; no
  // extent reaches them.
  if (x && (*x > kLargestExtent || *x < -kLargestExtent))
    return *x < 0;
  if (y && (*y >= kLargestExtent || *y < -kLargestExtent))
    return *y > 0;
  Limit least = of(simplified(b - a)).least;
  return (least && *least >= 0) || clampAtMost(a, b, depth);
}

AffineExpr ExtentBounds::clamped(AffineExpr value, AffineExpr low,
                                 AffineExpr high) const {
  if (provablyAtMost(low, value) && provablyAtMost(value, high))
    return value;
  if (provablyAtMost(high, value) || provablyAtMost(high, low))
    return high;
  if (provablyAtMost(value, low) && provablyAtMost(low, high))
    return low;
  return {};
}

/// Whether `clamp` is min(value, high) with high above 1: where it is not
/// `value`, both are above 1.
bool ExtentBounds::isCutAboveOne(AffineExpr clamp, AffineExpr value) const {
  const Clamp *found = clampOf(clamp);
  return found && found->value == value && provablyAtMost(found->low, value) &&
         of(found->high).least.value_or(0) > 1;
}

bool ExtentBounds::broadcastOnlyIfEqual(AffineExpr a, AffineExpr b) const {
  auto isAboveOne = [&](AffineExpr e) { return of(e).least.value_or(0) > 1; };
  return (isAboveOne(a) && isAboveOne(b)) || isCutAboveOne(a, b) ||
         isCutAboveOne(b, a);
}
