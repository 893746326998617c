// Multilayer perceptrons, tile by tile: the forward and the backward pass.

// The jets of one tile: a' = act(a W + bias), layer by layer, then the linear last layer. `stored`
// keeps the pre-activations of all hidden layers, or (stride 0) those of the latest alone.
template <class T>
void forward_tile(const Batch<T>& batch, const Network& net, const Packed<T>& packed,
                  int64_t begin, int64_t n, T* stored, int64_t stored_stride, T* out) {
  const int64_t components = batch.table.components, rows = components * n, size = n * packed.stride;
  const auto derive = derivatives_of<T>(net.activation);
  T* const a = scratch<T>(1, rows * packed.stride);
  T* z = stored;
  for (int64_t s = 0; s < components; ++s)
    product<T, false>(n, packed.stride, batch.inputs,
                      batch.coordinates + (s * batch.points + begin) * batch.inputs,
                      {batch.inputs, 1}, packed.first, packed.stride, z + s * size,
                      packed.stride);
  for (int64_t l = 0; l < packed.hidden; ++l) {
    if (l > 0) {
      z = stored + l * stored_stride;
      product<T, false>(rows, packed.stride, packed.width, a, {packed.stride, 1},
                        packed.inner + (l - 1) * packed.width * packed.stride, packed.stride, z,
                        packed.stride);
    }
    const T* const bias = packed.biases + l * packed.stride;
    for (int64_t t = 0; t < n; ++t)
      for (int64_t j = 0; j < packed.stride; ++j) z[t * packed.stride + j] += bias[j];
    activate<T>(batch.table, derive, z, a, size);
  }
  const T* const bias = batch.parameters + net.biases[packed.hidden];
  T* const wide = scratch<T>(2, rows * packed.outputs);
  // Of a vector of few outputs most numbers would be padding: dot products along the width instead.
  const bool dots = 2 * batch.outputs <= lanes<T>;
  if (!dots)
    product<T, false>(rows, packed.outputs, packed.width, a, {packed.stride, 1}, packed.last,
                      packed.outputs, wide, packed.outputs);
  for (int64_t s = 0; s < components; ++s)
    for (int64_t t = 0; t < n; ++t) {
      const T* const row = a + (s * n + t) * packed.stride;
      T* const to = out + ((net.index * components + s) * batch.points + begin + t) * batch.outputs;
      for (int64_t c = 0; c < batch.outputs; ++c) {
        T value;
        if (dots) {
          VectorOf<T> sum(T(0));
          for (int64_t j = 0; j < packed.stride; j += lanes<T>)
            sum = fmadd(VectorOf<T>::loadu(row + j),
                        VectorOf<T>::loadu(packed.last_transposed + c * packed.stride + j), sum);
          alignas(64) T parts[lanes<T>];
          sum.store(parts);
          for (int64_t half = lanes<T> / 2; half > 0; half /= 2)
            for (int64_t j = 0; j < half; ++j) parts[j] += parts[j + half];
          value = parts[0];
        } else {
          value = wide[(s * n + t) * packed.outputs + c];
        }
        to[c] = s == 0 ? value + bias[c] : value;
      }
    }
}

// A network's gradients, padded as its matrices are.
template <class T>
struct Gradients {
  T *first, *inner, *last_transposed, *biases, *last_bias;

  Gradients(const Batch<T>& batch, const Packed<T>& packed) {
    const int64_t stride = packed.stride, square = packed.width * stride;
    const int64_t sizes[] = {batch.inputs * stride, (packed.hidden - 1) * square,
                             batch.outputs * stride, packed.hidden * stride, batch.outputs};
    int64_t total = 0;
    for (const int64_t size : sizes) total += size;
    T* const memory = scratch<T>(3, total);
    std::fill_n(memory, total, T(0));
    first = memory;
    inner = first + sizes[0];
    last_transposed = inner + sizes[1];
    biases = last_transposed + sizes[2];
    last_bias = biases + sizes[3];
  }

  void unpack(const Batch<T>& batch, const Network& net, const Packed<T>& packed, T* to) const {
    const int64_t stride = packed.stride, width = packed.width, hidden = packed.hidden;
    for (int64_t i = 0; i < batch.inputs; ++i)
      std::copy_n(first + i * stride, width, to + net.weights[0] + i * width);
    for (int64_t l = 1; l < hidden; ++l)
      for (int64_t i = 0; i < width; ++i)
        std::copy_n(inner + ((l - 1) * width + i) * stride, width,
                    to + net.weights[l] + i * width);
    for (int64_t l = 0; l < hidden; ++l)
      std::copy_n(biases + l * stride, width, to + net.biases[l]);
    for (int64_t c = 0; c < batch.outputs; ++c) {
      for (int64_t i = 0; i < width; ++i)
        to[net.weights[hidden] + i * batch.outputs + c] = last_transposed[c * stride + i];
      to[net.biases[hidden] + c] = last_bias[c];
    }
  }
};

// The gradients of one tile, from the last layer to the first. With a layer's inputs a, its
// pre-activations z = a W + bias and their gradient dz,
//     dW += aᵀ dz over all rows (components and points),
//     dbias += dz of the value's component,
//     da = dz Wᵀ, and from it the dz of the layer before (activate_gradient).
template <class T>
void backward_tile(const Batch<T>& batch, const Network& net, const Packed<T>& packed,
                   int64_t begin, int64_t n, const T* stored, int64_t stored_stride,
                   const T* dout, const Gradients<T>& gradients) {
  const int64_t components = batch.table.components, rows = components * n, stride = packed.stride;
  const int64_t size = n * stride, outputs = batch.outputs;
  const auto derive = derivatives_of<T>(net.activation);
  T* const a = scratch<T>(4, rows * stride);
  T* const da = scratch<T>(5, rows * stride);
  T* dz = scratch<T>(6, rows * stride);
  T* dz_after = scratch<T>(7, rows * stride);
  T* const d = scratch<T>(8, rows * outputs);
  for (int64_t s = 0; s < components; ++s)
    std::copy_n(dout + ((net.index * components + s) * batch.points + begin) * outputs, n * outputs,
                d + s * n * outputs);
  for (int64_t t = 0; t < n; ++t)
    for (int64_t c = 0; c < outputs; ++c) gradients.last_bias[c] += d[t * outputs + c];
  product<T, false>(rows, stride, outputs, d, {outputs, 1}, packed.last_transposed, stride, da,
                    stride);
  for (int64_t l = packed.hidden - 1; l >= 0; --l) {
    activate_gradient<T>(batch.table, derive, stored + l * stored_stride, da, a, dz, size);
    if (l == packed.hidden - 1)
      product<T, true>(outputs, stride, rows, d, {1, outputs}, a, stride,
                       gradients.last_transposed, stride);
    else
      product<T, true>(packed.width, stride, rows, a, {1, stride}, dz_after, stride,
                       gradients.inner + l * packed.width * stride, stride);
    T* const bias = gradients.biases + l * stride;
    for (int64_t t = 0; t < n; ++t)
      for (int64_t j = 0; j < stride; ++j) bias[j] += dz[t * stride + j];
    if (l > 0)
      product<T, false>(rows, stride, packed.width, dz, {stride, 1},
                        packed.inner_transposed + (l - 1) * packed.width * stride, stride, da,
                        stride);
    else
      for (int64_t s = 0; s < components; ++s)
        product<T, true>(batch.inputs, stride, n,
                         batch.coordinates + (s * batch.points + begin) * batch.inputs,
                         {1, batch.inputs}, dz + s * size, stride, gradients.first, stride);
    std::swap(dz, dz_after);
  }
}

// What the Jacobian of a stack is made of: (H, N, S, B, W) each, of H hidden layers of width W.
template <class T>
struct RowFactors {
  T *outputs, *slopes;  // of a layer; the gradient by its pre-activations
  int64_t networks;

  void write(const Batch<T>& batch, const Network& net, int64_t layer, int64_t begin, int64_t n,
             int64_t stride, const T* a, const T* dz) const {
    const int64_t components = batch.table.components, width = net.width;
    for (int64_t s = 0; s < components; ++s)
      for (int64_t t = 0; t < n; ++t) {
        const int64_t row = ((layer * networks + net.index) * components + s) * batch.points;
        const int64_t to = (row + begin + t) * width, from = (s * n + t) * stride;
        std::copy_n(a + from, width, outputs + to);
        std::copy_n(dz + from, width, slopes + to);
      }
  }
};

// As `backward_tile`, but a and dz, of which it would sum the products over all points, are
// written out: they are the factors of the Jacobian's rows (see stack_jacobian.py).
template <class T>
void factors_tile(const Batch<T>& batch, const Network& net, const Packed<T>& packed,
                  int64_t begin, int64_t n, const T* stored, int64_t stored_stride,
                  const T* dout, const RowFactors<T>& factors) {
  const int64_t components = batch.table.components, rows = components * n, stride = packed.stride;
  const int64_t outputs = batch.outputs;
  const auto derive = derivatives_of<T>(net.activation);
  T* const a = scratch<T>(4, rows * stride);
  T* const da = scratch<T>(5, rows * stride);
  T* const dz = scratch<T>(6, rows * stride);
  T* const d = scratch<T>(8, rows * outputs);
  for (int64_t s = 0; s < components; ++s)
    std::copy_n(dout + ((net.index * components + s) * batch.points + begin) * outputs, n * outputs,
                d + s * n * outputs);
  product<T, false>(rows, stride, outputs, d, {outputs, 1}, packed.last_transposed, stride, da,
                    stride);
  for (int64_t l = packed.hidden - 1; l >= 0; --l) {
    activate_gradient<T>(batch.table, derive, stored + l * stored_stride, da, a, dz, n * stride);
    factors.write(batch, net, l, begin, n, stride, a, dz);
    if (l > 0)
      product<T, false>(rows, stride, packed.width, dz, {stride, 1},
                        packed.inner_transposed + (l - 1) * packed.width * stride, stride, da,
                        stride);
  }
}

int64_t spans(int64_t points) { return (points + points_of_span - 1) / points_of_span; }

// Calls `work(network, begin, end, span)` for each network on each span of points.
template <class T, class Work>
void each_task(const Batch<T>& batch, int64_t threads, const Work& work) {
  const int64_t parts = spans(batch.points), tasks = batch.count * parts;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (int64_t task = 0; task < tasks; ++task) {
    const int64_t span = task % parts, begin = span * points_of_span;
    work(batch.networks[task / parts], begin, std::min(batch.points, begin + points_of_span),
         span);
  }
}

template <class T>
void forward(const Batch<T>& batch, T* stored, T* out, int64_t threads) {
  const int64_t tile = tile_points(batch.table.components);
  each_task<T>(batch, threads, [&](const Network& net, int64_t begin, int64_t end, int64_t) {
    const Packed<T> packed(batch, net, false);
    for (int64_t at = begin; at < end; at += tile) {
      const int64_t n = std::min(tile, end - at), layer = batch.table.components * packed.stride;
      if (stored)
        forward_tile<T>(batch, net, packed, at, n,
                        stored + net.stored * batch.points + at * layer * net.hidden, layer * n,
                        out);
      else  // no backward pass will follow: each layer overwrites the pre-activations before it
        forward_tile<T>(batch, net, packed, at, n, scratch<T>(9, layer * n), 0, out);
    }
  });
}

// Gradients (spans, parameters); what no network of the batch owns is left alone.
template <class T>
void backward(const Batch<T>& batch, const T* stored, const T* dout, T* gradients,
              int64_t parameters, int64_t threads) {
  const int64_t tile = tile_points(batch.table.components);
  each_task<T>(batch, threads, [&](const Network& net, int64_t begin, int64_t end, int64_t span) {
    const Packed<T> packed(batch, net, true);
    const Gradients<T> own(batch, packed);
    for (int64_t at = begin; at < end; at += tile) {
      const int64_t n = std::min(tile, end - at), layer = batch.table.components * packed.stride;
      backward_tile<T>(batch, net, packed, at, n,
                       stored + net.stored * batch.points + at * layer * net.hidden, layer * n,
                       dout, own);
    }
    own.unpack(batch, net, packed, gradients + span * parameters);
  });
}

template <class T>
void find_factors(const Batch<T>& batch, const T* stored, const T* dout, const RowFactors<T>& factors,
                  int64_t threads) {
  const int64_t tile = tile_points(batch.table.components);
  each_task<T>(batch, threads, [&](const Network& net, int64_t begin, int64_t end, int64_t) {
    const Packed<T> packed(batch, net, true);
    for (int64_t at = begin; at < end; at += tile) {
      const int64_t n = std::min(tile, end - at), layer = batch.table.components * packed.stride;
      factors_tile<T>(batch, net, packed, at, n,
                      stored + net.stored * batch.points + at * layer * net.hidden, layer * n,
                      dout, factors);
    }
  });
}
