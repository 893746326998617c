// A layer's entries of the Jacobian: for each network and point the sum over the components of the
// outer products of the layer's inputs with the slopes of its pre-activations.

struct OuterSizes {
  int64_t threads, networks, components, points, inputs, outputs;
  int64_t network_stride, row_stride;  // of the entries, which stand in a wider matrix
};

template <class T>
void outer(const OuterSizes& n, const T* a, const T* d, T* entries) {
#pragma omp parallel for schedule(static) num_threads(n.threads)
  for (int64_t row = 0; row < n.networks * n.points; ++row) {
    const int64_t network = row / n.points, point = row % n.points;
    T* to = entries + network * n.network_stride + point * n.row_stride;
    const int64_t first = network * n.components * n.points + point;
    for (int64_t v = 0; v < n.inputs; ++v, to += n.outputs) {
      for (int64_t s = 0; s < n.components; ++s) {
        const int64_t at = first + s * n.points;
        const T left = a[at * n.inputs + v];
        const T* const right = d + at * n.outputs;
        if (s == 0)
          for (int64_t w = 0; w < n.outputs; ++w) to[w] = left * right[w];
        else
          for (int64_t w = 0; w < n.outputs; ++w) to[w] += left * right[w];
      }
    }
  }
}
