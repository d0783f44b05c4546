//===- QuantisedTile.cpp - a register tile over weights of few bits -------===//
//
// An element at bit s of a word becomes a real without a conversion: its bits,
// left where they are, are or-ed into the mantissa of 2^(23 - s), in which bit
// s counts 1. That real less 2^(23 - s) + zero is the element less its zero
// point, exactly. The mantissa has 23 bits: the upper half of a word is shifted
// down first.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/CPU/Products/QuantisedTile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/bit.h"
#include <algorithm>

using namespace mlir;
namespace opc::cpu {
namespace {

constexpr int64_t mantissaBits = 23, halfBits = 16;

/// What both forms share: the reals of words.
class Reader {
protected:
  Reader(OpBuilder &b, Location loc, const QuantisedTile &tile)
      : b(b), loc(loc), l{b, loc}, tile(tile),
        type(VectorType::get({tile.shape.lanes}, b.getF32Type())),
        wordType(VectorType::get({tile.shape.lanes}, b.getI32Type())) {}

  /// Of one block, for each vector of columns.
  struct Parameters {
    SmallVector<Value> scales;
    /// What is taken from the real at each bit of half a word, one after the
    /// other; by way of it `zeros` are taken away, too, where they are not
    /// null.
    SmallVector<SmallVector<Value>> origins;
    SmallVector<Value> zeros;
  };

  /// 2^(23 - bit), in which bit `bit` of the mantissa counts 1.
  static float unitAt(int64_t bit) {
    return float(int64_t(1) << (mantissaBits - bit));
  }
  Value reals(float value) {
    return arith::ConstantOp::create(
        b, loc, DenseElementsAttr::get(type, ArrayRef<float>(value)));
  }
  Value words(uint32_t value) {
    return arith::ConstantOp::create(
        b, loc, DenseElementsAttr::get(wordType, APInt(32, value)));
  }
  Value load(Value from, Value at) {
    Type element = cast<MemRefType>(from.getType()).getElementType();
    auto loaded = VectorType::get({tile.shape.lanes}, element);
    return vector::LoadOp::create(b, loc, loaded, from, ValueRange{at});
  }

  /// Position of vector `j` at step `step` of `steps`.
  Value positionOf(int64_t j, Value step, int64_t steps) {
    Value line = l.add(l.mul(l.add(tile.vector, j), steps), step);
    return l.mul(line, tile.shape.lanes);
  }

  Parameters parametersOf(Value block) {
    Parameters p;
    int64_t blocks = tile.words * tile.perWord() / tile.block;
    bool whole =
        !cast<MemRefType>(tile.zero.getType()).getElementType().isF32();
    for (int64_t j = 0; j < tile.shape.vectors; ++j) {
      Value at = positionOf(j, block, blocks);
      p.scales.push_back(load(tile.scale, at));
      Value zero = load(tile.zero, tile.oneZero ? l.index(0) : at);
      if (whole)
        zero = arith::UIToFPOp::create(b, loc, type, zero);
      p.zeros.push_back(whole ? Value() : zero);
      SmallVector<Value> &origins = p.origins.emplace_back();
      for (int64_t bit = 0; bit < halfBits; bit += tile.bits) {
        Value unit = reals(unitAt(bit));
        if (whole)
          unit = arith::AddFOp::create(b, loc, unit, zero);
        origins.push_back(unit);
      }
    }
    return p;
  }

  /// (element - zero) * scale of vector `j` from `bit` of a half word on.
  Value realAt(Value half, int64_t bit, int64_t j, const Parameters &p) {
    uint32_t mask = ((uint32_t(1) << tile.bits) - 1) << bit;
    uint32_t exponent = llvm::bit_cast<uint32_t>(unitAt(bit));
    Value bits = arith::AndIOp::create(b, loc, half, words(mask));
    bits = arith::OrIOp::create(b, loc, bits, words(exponent));
    Value real = arith::BitcastOp::create(b, loc, type, bits);
    Value origin = p.origins[j][bit / tile.bits];
    real = arith::SubFOp::create(b, loc, real, origin);
    if (p.zeros[j])
      real = arith::SubFOp::create(b, loc, real, p.zeros[j]);
    return arith::MulFOp::create(b, loc, real, p.scales[j]);
  }

  /// fn(i, reals) for the elements of word `word`, a vector for each of the
  /// tile's columns.
  void forElements(Value word, const Parameters &p,
                   llvm::function_ref<void(int64_t, ArrayRef<Value>)> fn) {
    SmallVector<Value> halves;
    for (int64_t j = 0; j < tile.shape.vectors; ++j)
      halves.push_back(load(tile.b, positionOf(j, word, tile.words)));
    for (int64_t i = 0; i < tile.perWord(); ++i) {
      int64_t bit = i * tile.bits;
      if (bit == halfBits)
        for (Value &half : halves)
          half = arith::ShRUIOp::create(b, loc, half, words(halfBits));
      SmallVector<Value> reals;
      for (int64_t j = 0; j < tile.shape.vectors; ++j)
        reals.push_back(realAt(halves[j], bit % halfBits, j, p));
      fn(i, reals);
    }
  }

  int64_t wordsOfBlock() const { return tile.block / tile.perWord(); }

  OpBuilder &b;
  Location loc;
  LoopBuilder l;
  const QuantisedTile &tile;
  VectorType type, wordType;
};

/// The product from the words themselves.
class TileBuilder : Reader {
public:
  TileBuilder(OpBuilder &b, Location loc, const QuantisedTile &tile)
      : Reader(b, loc, tile), chains(std::min(tile.chains, tile.perWord())) {
    for (int64_t i = 0; i < tile.shape.rows; ++i)
      rows.push_back(l.mul(l.add(tile.row, i), tile.words * tile.perWord()));
  }

  SmallVector<Value> run() {
    int64_t perBlock = wordsOfBlock();
    Value none = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
    SmallVector<Value> sums(tile.shape.rows * tile.shape.vectors * chains,
                            none);
    sums = l.fold(l.index(0), l.index(tile.words / perBlock), 1, sums,
                  [&](Value block, ValueRange carried) {
                    Parameters p = parametersOf(block);
                    Value first = l.mul(block, perBlock);
                    return l.fold(first, l.add(first, perBlock), 1, carried,
                                  [&](Value word, ValueRange inner) {
                                    return addWord(word, p, inner);
                                  });
                  });
    return joined(sums);
  }

private:
  SmallVector<Value> addWord(Value word, const Parameters &p,
                             ValueRange carried) {
    SmallVector<Value> sums(carried);
    Value first = l.mul(word, tile.perWord());
    forElements(word, p, [&](int64_t i, ArrayRef<Value> reals) {
      addProducts(l.add(first, i), reals, i % chains, sums);
    });
    return sums;
  }

  void addProducts(Value k, ArrayRef<Value> bs, int64_t chain,
                   MutableArrayRef<Value> sums) {
    for (int64_t i = 0; i < tile.shape.rows; ++i) {
      Value element = memref::LoadOp::create(b, loc, tile.a, l.add(rows[i], k));
      Value a = vector::BroadcastOp::create(b, loc, type, element);
      for (int64_t j = 0; j < tile.shape.vectors; ++j) {
        Value &sum = sums[(i * tile.shape.vectors + j) * chains + chain];
        sum = vector::FMAOp::create(b, loc, a, bs[j], sum);
      }
    }
  }

  /// The chains of each sum, added up.
  SmallVector<Value> joined(ArrayRef<Value> sums) {
    SmallVector<Value> whole;
    for (size_t at = 0; at < sums.size(); at += chains) {
      Value sum = sums[at];
      for (int64_t chain = 1; chain < chains; ++chain)
        sum = arith::AddFOp::create(b, loc, sum, sums[at + chain]);
      whole.push_back(sum);
    }
    return whole;
  }

  int64_t chains;
  SmallVector<Value> rows;
};

/// The reals of a panel, for many rows.
class PanelBuilder : Reader {
public:
  PanelBuilder(OpBuilder &b, Location loc, const QuantisedTile &tile,
               const QuantisedRun &run, Value panel)
      : Reader(b, loc, tile), part(run), panel(panel) {}

  void run() {
    l.loop(l.index(0), l.index(part.blocks), [&](Value i) {
      Value block = l.add(part.firstBlock, i);
      Parameters p = parametersOf(block);
      Value first = l.add(l.mul(block, wordsOfBlock()), part.firstWord);
      l.loop(l.index(0), l.index(part.words), [&](Value word) {
        Value at = l.add(l.mul(i, part.words), word);
        writeWord(l.add(first, word), l.mul(at, tile.perWord()), p);
      });
    });
  }

private:
  /// The elements of word `word`, from step `at` of the panel on.
  void writeWord(Value word, Value at, const Parameters &p) {
    int64_t steps = part.blocks * part.words * tile.perWord();
    forElements(word, p, [&](int64_t i, ArrayRef<Value> reals) {
      Value step = l.add(at, i);
      for (auto [j, real] : llvm::enumerate(reals)) {
        Value line = l.add(step, int64_t(j) * steps);
        vector::StoreOp::create(b, loc, real, panel,
                                ValueRange{l.mul(line, tile.shape.lanes)});
      }
    });
  }

  const QuantisedRun &part;
  Value panel;
};

} // namespace

SmallVector<Value> emitQuantisedTile(OpBuilder &b, Location loc,
                                     const QuantisedTile &tile) {
  return TileBuilder(b, loc, tile).run();
}

void emitUnpackedPanel(OpBuilder &b, Location loc, const QuantisedTile &tile,
                       const QuantisedRun &run, Value panel) {
  PanelBuilder(b, loc, tile, run, panel).run();
}

} // namespace opc::cpu
