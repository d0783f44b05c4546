//===- ComputeOps.td - work on whole tiles ------------------*- tablegen -*-===//
#ifndef TILE_COMPUTE_OPS_TD
#define TILE_COMPUTE_OPS_TD

include "opc/Dialect/Tile/IR/Ops/MemoryOps.td"
include "opc/Dialect/Tile/IR/TileInterfaces.td"

/// `tableName` is a C++ expression of a string: the op by the name that machines'
/// tables have.
class Tile_ComputeOp<string mnemonic, string tableName, list<Trait> traits = []>
    : Tile_Op<mnemonic, !listconcat([DeclareOpInterfaceMethods<
          Tile_ComputeOpInterface>], traits)> {
  let extraClassDefinition = [{
    ::std::string $cppClass::tableName() { return ::std::string(}] # tableName #
                             [{); }
  }];
  let hasVerifier = 1;
}

def Tile_UnaryOp : Tile_ComputeOp<"unary", "stringifyUnaryKind(getKind())"> {
  let summary = "a function of each element";
  let description = [{
    ```mlir
    tile.unary exp %x to %y : <64xf32, vector> to <64xf32, vector>
    ```

    y[i] = kind(x[i]); sigmoid(x) = 1 / (1 + exp(-x)), relu(x) = max(x, 0),
    gelu(x) = x / 2 * (1 + erf(x / sqrt(2))), gelu_tanh the same with erf as tanh
    approximates it
  }];
  let arguments = (ins Tile_UnaryKindAttr:$kind, Tile_Buffer:$x, Tile_Buffer:$y);
  let assemblyFormat = "$kind $x `to` $y attr-dict `:` type($x) `to` type($y)";
}

def Tile_BinaryOp : Tile_ComputeOp<"binary", "stringifyBinaryKind(getKind())"> {
  let summary = "a function of two elements each";
  let description = [{
    ```mlir
    tile.binary add %a, %b to %y : <64xf32, vector>, <64xf32, vector> to <64xf32, vector>
    ```

    y[i] = kind(a[i], b[i])
  }];
  let arguments = (ins Tile_BinaryKindAttr:$kind, Tile_Buffer:$a, Tile_Buffer:$b,
                   Tile_Buffer:$y);
  let assemblyFormat = [{
    $kind $a `,` $b `to` $y attr-dict `:` type($a) `,` type($b) `to` type($y)
  }];
}

def Tile_BinaryScalarOp : Tile_ComputeOp<"binary_scalar",
    "stringifyBinaryKind(getKind()).str() + \"_scalar\""> {
  let summary = "a function of each element and one number";
  let description = [{
    ```mlir
    tile.binary_scalar mul %x, %s to %y : <64xf32, vector>, f32 to <64xf32, vector>
    ```

    y[i] = kind(x[i], s)
  }];
  let arguments = (ins Tile_BinaryKindAttr:$kind, Tile_Buffer:$x,
                   AnyTypeOf<[AnyFloat, AnyInteger]>:$s, Tile_Buffer:$y);
  let assemblyFormat = [{
    $kind $x `,` $s `to` $y attr-dict `:` type($x) `,` type($s) `to` type($y)
  }];
}

def Tile_CastOp : Tile_ComputeOp<"cast", "\"cast\""> {
  let summary = "each element in another type";
  let description = [{
    Rounds to nearest, ties to even; to integers toward zero.

    ```mlir
    tile.cast %x to %y : <64xf32, vector> to <64xf16, vector>
    ```

    y[i] = type(y)(x[i])
  }];
  let arguments = (ins Tile_Buffer:$x, Tile_Buffer:$y);
  let assemblyFormat = "$x `to` $y attr-dict `:` type($x) `to` type($y)";
  let extraClassDeclaration = "::std::string tableType();";
}

def Tile_CompareOp
    : Tile_ComputeOp<"compare", "stringifyPredicate(getPredicate())"> {
  let summary = "whether elements are so";
  let description = [{
    ```mlir
    tile.compare lt %a, %b to %y : <64xf32, vector>, <64xf32, vector> to <64xi1, vector>
    ```

    y[i] = predicate(a[i], b[i])
  }];
  let arguments = (ins Tile_PredicateAttr:$predicate, Tile_Buffer:$a,
                   Tile_Buffer:$b, Tile_Buffer:$y);
  let assemblyFormat = [{
    $predicate $a `,` $b `to` $y attr-dict `:` type($a) `,` type($b) `to` type($y)
  }];
}

def Tile_SelectOp : Tile_ComputeOp<"select", "\"select\""> {
  let summary = "one of two elements each";
  let description = [{
    ```mlir
    tile.select %c, %a, %b to %y : <64xi1, vector>, <64xf32, vector>, <64xf32, vector> to <64xf32, vector>
    ```

    y[i] = c[i] ? a[i] : b[i]
  }];
  let arguments = (ins Tile_Buffer:$c, Tile_Buffer:$a, Tile_Buffer:$b,
                   Tile_Buffer:$y);
  let assemblyFormat = [{
    $c `,` $a `,` $b `to` $y attr-dict
    `:` type($c) `,` type($a) `,` type($b) `to` type($y)
  }];
  let extraClassDeclaration = "::std::string tableType();";
}

def Tile_FillOp : Tile_ComputeOp<"fill", "\"fill\""> {
  let summary = "one number everywhere";
  let description = [{
    ```mlir
    tile.fill %y, %s : <64xf32, vector>, f32
    ```

    y[i] = s
  }];
  let arguments = (ins Tile_Buffer:$y, AnyTypeOf<[AnyFloat, AnyInteger]>:$s);
  let assemblyFormat = "$y `,` $s attr-dict `:` type($y) `,` type($s)";
}

def Tile_ReduceOp : Tile_ComputeOp<"reduce",
    "(\"reduce_\" + stringifyReduceKind(getKind()) + \"_\" + "
    "stringifyAxis(getAxis())).str()"> {
  let summary = "combines the elements of the first or the last axis";
  let description = [{
    The axis stays, with extent 1. In which order sums are added up is the machine's,
    unless `chains` says it: element i of the axis goes to partial total i mod
    `chains`, those behind the last whole `chains` to total i mod `rest`, and in the
    end the upper half of them is combined with the lower, until one is left.

    ```mlir
    tile.reduce sum last %x to %y : <4x64xf32, vector> to <4x1xf32, vector>
    ```

    y[i, 0] = kind over j of x[i, j]; of the first axis: y[0, j] = kind over i of x[i, j]
  }];
  let arguments = (ins Tile_ReduceKindAttr:$kind, Tile_AxisAttr:$axis,
                   Tile_Buffer:$x, Tile_Buffer:$y,
                   OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$chains,
                   OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$rest);
  let builders = [
    // In the machine's order.
    OpBuilder<(ins "ReduceKind":$kind, "Axis":$axis, "::mlir::Value":$x,
                   "::mlir::Value":$y),
              "build($_builder, $_state, kind, axis, x, y, nullptr, nullptr);">];
  let assemblyFormat =
      "$kind $axis $x `to` $y attr-dict `:` type($x) `to` type($y)";
}

def Tile_TransposeOp : Tile_ComputeOp<"transpose", "\"transpose\""> {
  let summary = "rows become columns";
  let description = [{
    ```mlir
    tile.transpose %x to %y : <16x32xf32, vector> to <32x16xf32, vector>
    ```

    y[j, i] = x[i, j]
  }];
  let arguments = (ins Tile_Buffer:$x, Tile_Buffer:$y);
  let assemblyFormat = "$x `to` $y attr-dict `:` type($x) `to` type($y)";
}

def Tile_BroadcastOp : Tile_ComputeOp<"broadcast", "\"broadcast\""> {
  let summary = "repeats along axes of extent 1";
  let description = [{
    ```mlir
    tile.broadcast %x to %y : <4x1xf32, vector> to <4x64xf32, vector>
    ```

    y[i] = x[i where extent(x) > 1, else 0]
  }];
  let arguments = (ins Tile_Buffer:$x, Tile_Buffer:$y);
  let assemblyFormat = "$x `to` $y attr-dict `:` type($x) `to` type($y)";
}

def Tile_MmaOp : Tile_ComputeOp<"mma", "\"mma\""> {
  let summary = "a product of matrices, added to an accumulator";
  let description = [{
    The spaces, layouts and types of operands are those of one of the machine's
    matrix units. Products and sums are in the type of the accumulator.

    ```mlir
    tile.mma %a, %b to %c accumulate %more : <32x64xf16, matrix_a, layout = zz>,
        <64x16xf16, matrix_b, layout = zn> to <32x16xf32, matrix_c, layout = nz>
    ```

    c[i, j] = (accumulate ? c[i, j] : 0) + sum over k of a[i, k] * b[k, j]
  }];
  let arguments = (ins Tile_Buffer:$a, Tile_Buffer:$b, Tile_Buffer:$c,
                   I1:$accumulate);
  let assemblyFormat = [{
    $a `,` $b `to` $c `accumulate` $accumulate attr-dict
    `:` type($a) `,` type($b) `to` type($c)
  }];
}

#endif // TILE_COMPUTE_OPS_TD
