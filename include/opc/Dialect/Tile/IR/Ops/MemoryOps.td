//===- MemoryOps.td - cores, buffers and copies between spaces -*- tablegen -*-===//
#ifndef TILE_MEMORY_OPS_TD
#define TILE_MEMORY_OPS_TD

include "mlir/Interfaces/SideEffectInterfaces.td"
include "opc/Dialect/Tile/IR/TileDialect.td"

class Tile_Op<string mnemonic, list<Trait> traits = []>
    : Op<Tile_Dialect, mnemonic, traits>;

/// A builder of an op whose one result has no other type.
class Tile_ResultOf<string type>
    : OpBuilder<(ins), "build($_builder, $_state, " # type # ");">;

def Tile_BufferOp : Tile_Op<"buffer"> {
  let summary = "sets memory of a local space aside";
  let description = [{
    It is there until the end of the block that the op is in; what it holds at first
    is not defined. Where `offset` is not given, whoever writes the program for a
    machine chooses one. `name` is what source calls it.

    ```mlir
    %x = tile.buffer : <16x100xf32, vector, padded = [16, 104]>
    %y = tile.buffer {offset = 8192 : i64} : <16xf32, vector>
    ```

    bytes(y) = product(padded) * bytes(element), from `offset` on
  }];
  let arguments = (ins OptionalAttr<ConfinedAttr<I64Attr, [IntNonNegative]>>:$offset,
                   OptionalAttr<StrAttr>:$name);
  let results = (outs Tile_Buffer:$y);
  let builders = [
    OpBuilder<(ins "::mlir::Type":$type, "::mlir::IntegerAttr":$offset),
              "build($_builder, $_state, type, offset, nullptr);">];
  let assemblyFormat = "attr-dict `:` type($y)";
  let hasVerifier = 1;
}

def Tile_GlobalOp : Tile_Op<"global", [Pure]> {
  let summary = "what a kernel's argument holds, as a buffer";
  let description = [{
    Elements in row-major order from `offset` on; nothing is copied.

    ```mlir
    %y = tile.global %x[%offset] sizes [%rows, 100] : memref<?xf32> to <?x100xf32, global>
    ```

    y[i, j] = x[offset + i * sizes[1] + j] for 0 <= i, j < sizes
  }];
  let arguments = (ins MemRefRankOf<[AnyType], [1]>:$x, Index:$offset,
                   Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes);
  let results = (outs Tile_Buffer:$y);
  let builders = [
    OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$offset,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$sizes)>];
  let assemblyFormat = [{
    $x `[` $offset `]` `sizes` custom<DynamicIndexList>($sizes, $static_sizes)
    attr-dict `:` type($x) `to` type($y)
  }];
  let extraClassDeclaration = [{
    ::llvm::SmallVector<::mlir::OpFoldResult> mixedSizes();
  }];
  let hasVerifier = 1;
}

def Tile_MemoryOp : Tile_Op<"memory", [Pure]> {
  let summary = "a buffer of a core as memory that is read by the element";
  let description = [{
    What machines whose vectors are registers work on: elements in the order in
    which they lie, padding among them. Nothing is copied.

    ```mlir
    %y = tile.memory %x : <16x100xf32, vector, padded = [16, 104]> to memref<?xf32>
    ```

    y[i * strides(x)[0] + j] = x[i, j]
  }];
  let arguments = (ins Tile_Buffer:$x);
  let results = (outs MemRefRankOf<[AnyType], [1]>:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
}

def Tile_ViewOp : Tile_Op<"view", [Pure, AttrSizedOperandSegments]> {
  let summary = "a part of a buffer";
  let description = [{
    Names elements of `x`; nothing is copied. What is in flight or waited for is so
    of both.

    ```mlir
    %y = tile.view %x[8, 0] sizes [%rows, 100]
        : <16x100xf32, vector> to <?x100xf32, vector, padded = [16, 100]>
    ```

    y[i] = x[starts + i] for 0 <= i < sizes
  }];
  let arguments = (ins Tile_Buffer:$x, Variadic<Index>:$starts,
                   Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_starts,
                   DenseI64ArrayAttr:$static_sizes);
  let results = (outs Tile_Buffer:$y);
  let builders = [
    OpBuilder<(ins "::mlir::Value":$x,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$starts,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$sizes)>];
  let assemblyFormat = [{
    $x `` custom<DynamicIndexList>($starts, $static_starts)
    `sizes` custom<DynamicIndexList>($sizes, $static_sizes)
    attr-dict `:` type($x) `to` type($y)
  }];
  let extraClassDeclaration = [{
    ::llvm::SmallVector<::mlir::OpFoldResult> mixedStarts();
    ::llvm::SmallVector<::mlir::OpFoldResult> mixedSizes();
  }];
  let hasVerifier = 1;
}

def Tile_CopyAsyncOp : Tile_Op<"copy_async", [AttrSizedOperandSegments]> {
  let summary = "starts to copy a window from one space to another";
  let description = [{
    The copy is done at some time before a wait for its token ends. Until then
    nothing may write what it reads, nor touch what it writes. The window has
    `sizes`; on either side it starts somewhere and takes every step-th element of
    each axis. With `pad`, what follows a row of the window in the destination, up
    to the next multiple of `align` bytes, becomes `pad`. Types of elements may
    differ where the way between the spaces converts.

    ```mlir
    %t = tile.copy_async %x[%row, 0] to %tile[0, 0] sizes [16, %n] pad %zero : f32 align 32
        : <?x1000xf32, global> to <16x104xf32, vector>
    ```

    y[to + i * to_steps] = x[from + i * from_steps] for 0 <= i < sizes
  }];
  let arguments = (ins Tile_Buffer:$x, Tile_Buffer:$y, Variadic<Index>:$from,
                   Variadic<Index>:$to, Variadic<Index>:$sizes,
                   Optional<AnyTypeOf<[AnyFloat, AnyInteger]>>:$pad,
                   DenseI64ArrayAttr:$static_from, DenseI64ArrayAttr:$static_to,
                   DenseI64ArrayAttr:$static_sizes,
                   OptionalAttr<DenseI64ArrayAttr>:$from_steps,
                   OptionalAttr<DenseI64ArrayAttr>:$to_steps,
                   OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$pad_alignment);
  let results = (outs Tile_Token:$token);
  let builders = [
    // Without steps and padding.
    OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$y,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$from,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$to,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$sizes)>];
  let assemblyFormat = [{
    $x `` custom<DynamicIndexList>($from, $static_from)
    `to` $y `` custom<DynamicIndexList>($to, $static_to)
    `sizes` custom<DynamicIndexList>($sizes, $static_sizes)
    (`from_steps` $from_steps^)? (`to_steps` $to_steps^)?
    (`pad` $pad^ `:` type($pad) `align` $pad_alignment)?
    attr-dict `:` type($x) `to` type($y)
  }];
  let extraClassDeclaration = [{
    ::llvm::SmallVector<::mlir::OpFoldResult> mixedFrom();
    ::llvm::SmallVector<::mlir::OpFoldResult> mixedTo();
    ::llvm::SmallVector<::mlir::OpFoldResult> mixedSizes();
    /// The step of each axis, 1 where none is given.
    ::llvm::SmallVector<int64_t> fromSteps();
    ::llvm::SmallVector<int64_t> toSteps();
  }];
  let hasVerifier = 1;
}

def Tile_WaitOp : Tile_Op<"wait"> {
  let summary = "waits for copies to be done";
  let description = [{
    Each token is waited for once.

    ```mlir
    tile.wait %t, %u
    ```

    done(token) for each of tokens
  }];
  let arguments = (ins Variadic<Tile_Token>:$tokens);
  let assemblyFormat = "$tokens attr-dict";
  let hasVerifier = 1;
}

def Tile_DoneOp : Tile_Op<"done"> {
  let summary = "the token of no copy";
  let description = [{
    What a loop starts with that waits for a copy of the round before. It may be
    waited for any number of times.

    ```mlir
    %t = tile.done
    ```

    done(token)
  }];
  let results = (outs Tile_Token:$token);
  let builders = [Tile_ResultOf<"TokenType::get($_builder.getContext())">];
  let assemblyFormat = "attr-dict";
}

def Tile_BarrierOp : Tile_Op<"barrier"> {
  let summary = "waits until all cores of a scope are there";
  let description = [{
    Before it ends, all that these cores did before it is done; copies are done when
    they were waited for. All cores of the scope come to it equally often.

    ```mlir
    tile.barrier device
    ```

    before(c) < after(d) for all cores c, d of the scope
  }];
  let arguments = (ins Tile_ScopeAttr:$scope);
  let assemblyFormat = "$scope attr-dict";
}

def Tile_CoreIdOp : Tile_Op<"core_id", [Pure]> {
  let summary = "which core this is";
  let description = [{
    ```mlir
    %id = tile.core_id
    ```

    0 <= y < num_cores
  }];
  let results = (outs Index:$y);
  let builders = [Tile_ResultOf<"$_builder.getIndexType()">];
  let assemblyFormat = "attr-dict";
}

def Tile_NumCoresOp : Tile_Op<"num_cores", [Pure]> {
  let summary = "how many cores run the program";
  let description = [{
    ```mlir
    %n = tile.num_cores
    ```

    y = number of cores
  }];
  let results = (outs Index:$y);
  let builders = [Tile_ResultOf<"$_builder.getIndexType()">];
  let assemblyFormat = "attr-dict";
}

#endif // TILE_MEMORY_OPS_TD
