//===- RandomLoops.cpp - the bits of Philox 4x32-10
//----------------------------===//
//
// Element i is word i mod 4 of the block whose counter is (i div 4, stream) and
// whose key is the seed. Salmon et al., "Parallel random numbers: as easy as 1,
// 2, 3", SC 2011; multipliers and key increments are from table 2 and
// section 4.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

constexpr uint32_t kMultipliers[2] = {0xD2511F53, 0xCD9E8D57};
constexpr uint32_t kKeyIncrements[2] = {0x9E3779B9, 0xBB67AE85};
constexpr int kRounds = 10;

class Philox {
public:
  explicit Philox(KernelEmitter &e) : b(e.b), loc(e.loc) {}

  /// The four words of one block.
  std::array<Value, 4> block(Value counter, uint64_t stream, uint64_t seed) {
    std::array<Value, 4> words = {low(counter), high(counter),
                                  word(uint32_t(stream)),
                                  word(uint32_t(stream >> 32))};
    uint32_t key[2] = {uint32_t(seed), uint32_t(seed >> 32)};
    for (int round = 0; round < kRounds; ++round) {
      Value first = product(words[0], kMultipliers[0]);
      Value second = product(words[2], kMultipliers[1]);
      words = {mix(high(second), words[1], key[0]), low(second),
               mix(high(first), words[3], key[1]), low(first)};
      key[0] += kKeyIncrements[0];
      key[1] += kKeyIncrements[1];
    }
    return words;
  }

private:
  Value word(uint32_t value) {
    return arith::ConstantIntOp::create(b, loc, int64_t(int32_t(value)), 32);
  }
  Value low(Value wide) {
    return arith::TruncIOp::create(b, loc, b.getI32Type(), wide);
  }
  Value high(Value wide) {
    Value amount = arith::ConstantIntOp::create(b, loc, 32, 64);
    return low(arith::ShRUIOp::create(b, loc, wide, amount));
  }
  Value product(Value x, uint32_t multiplier) {
    Value wide = arith::ExtUIOp::create(b, loc, b.getI64Type(), x);
    Value factor = arith::ConstantIntOp::create(b, loc, multiplier, 64);
    return arith::MulIOp::create(b, loc, wide, factor);
  }
  Value mix(Value x, Value y, uint32_t key) {
    Value both = arith::XOrIOp::create(b, loc, x, y);
    return arith::XOrIOp::create(b, loc, both, word(key));
  }

  OpBuilder &b;
  Location loc;
};

Value randomBits(Operation *op, unsigned, ValueRange indices,
                 KernelEmitter &e) {
  auto random = cast<RandomBitsOp>(op);
  Value position = e.linearize(indices, e.env.dims(random.getY()));
  Value four = e.constant(4);
  Value counter = Scalar(e, e.floorDiv(position, four)).to(e.b.getI64Type());
  std::array<Value, 4> words =
      Philox(e).block(counter, random.getStream(), random.getSeed());
  Scalar which(e, e.rem(position, four));
  Scalar result(e, words[0]);
  for (int64_t i = 1; i < 4; ++i)
    result = select(which == i, {e, words[i]}, result);
  return result;
}

} // namespace

void registerRandomLowerings(IndexedTable &indexed) {
  indexed["opc.random_bits"] = {randomBits};
}

} // namespace opc
