// RCE-KD for an MF student, written from the formulas alone and with nothing shared: dense Adam, one loop for each formula, random numbers
// of its own. Reads flat files of a split and of a teacher's tables, prints Recall and NDCG at 10 and 20 epoch by epoch.
//   rce-kd USERS ITEMS TEACHER_DIM SEED EPOCHS PATIENCE     in the folder of the files; see same-teacher.mjs
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { dim = 20, K = 50, L = 50, M = 200, cap = 50, batch = 2048, longest = L + K };
static const double T = 10, beta = 3, lambda = 500, lr = 1e-3, weight_decay = 1e-5;

typedef struct { float score; int item; } Entry;
typedef struct { uint32_t *offsets, *items; } Lists;

static int users, items, teacher_dim;
static float *teacher_users, *teacher_items;
static float *params, *grads, *first, *second; // rows of users, then of items
static Lists train, valid, test;
static Entry *entries;

static uint64_t state[4];
static uint64_t rotated(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static uint64_t next(void) // xoshiro256**
{
  uint64_t r = rotated(state[1] * 5, 7) * 9, t = state[1] << 17;
  state[2] ^= state[0]; state[3] ^= state[1]; state[1] ^= state[2]; state[0] ^= state[3];
  state[2] ^= t;
  state[3] = rotated(state[3], 45);
  return r;
}
static double uniform(void) { return ((next() >> 11) + 0.5) / 9007199254740992.0; }
static uint32_t below(uint32_t n) { return (uint32_t)(((next() >> 32) * (uint64_t)n) >> 32); }
static double normal(void) { return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform()); }
static void seed_with(uint64_t s)
{
  for (int i = 0; i < 4; i++) {
    s += 0x9e3779b97f4a7c15ULL;
    uint64_t z = s;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    state[i] = z ^ (z >> 31);
  }
}

static void *file(const char *part, const char *name)
{
  char path[64];
  snprintf(path, sizeof path, "%s.%s", part, name);
  FILE *f = fopen(path, "rb");
  if (!f) { fprintf(stderr, "rce-kd: cannot read %s\n", path); exit(1); }
  fseek(f, 0, SEEK_END);
  size_t size = ftell(f);
  rewind(f);
  void *out = malloc(size);
  if (fread(out, 1, size, f) != size) exit(1);
  fclose(f);
  return out;
}
static Lists lists(const char *part) { return (Lists){file(part, "offsets"), file(part, "items")}; }

static float dot(const float *a, const float *b, int n)
{
  float sum = 0;
  for (int d = 0; d < n; d++) sum += a[d] * b[d];
  return sum;
}
static float *row(float *table, int n) { return table + (size_t)n * dim; }
static float *user_of(float *table, int u) { return row(table, u); }
static float *item_of(float *table, int i) { return row(table, users + i); }

// Larger score first, then the smaller item.
static inline int by_rank(const void *a, const void *b)
{
  const Entry *x = a, *y = b;
  if (x->score != y->score) return x->score > y->score ? -1 : 1;
  return x->item - y->item;
}

static void swap(Entry *a, Entry *b)
{
  Entry held = *a;
  *a = *b;
  *b = held;
}

// The first `depth` items of a user in `entries`, in order.
static void rank_top(const float *user, const float *table, int n, int depth)
{
  for (int i = 0; i < items; i++) entries[i] = (Entry){dot(user, table + (size_t)i * n, n), i};
  for (int from = 0, to = items; to - from > 1;) {
    Entry pivot = entries[(from + to) / 2];
    int low = from, high = to - 1;
    while (low <= high) {
      while (by_rank(&entries[low], &pivot) < 0) low++;
      while (by_rank(&entries[high], &pivot) > 0) high--;
      if (low <= high) swap(&entries[low++], &entries[high--]);
    }
    if (depth <= high) to = high + 1;
    else if (depth >= low) from = low;
    else break;
  }
  qsort(entries, depth, sizeof(Entry), by_rank);
}

static int holds(Lists lists, int user, int item)
{
  for (uint32_t n = lists.offsets[user]; n < lists.offsets[user + 1]; n++)
    if ((int)lists.items[n] == item) return 1;
  return 0;
}

// Adds Recall@10, NDCG@10, Recall@20, NDCG@20 of the ranking in `entries`, training items left out.
static void measure(Lists truth, int u, double sums[4])
{
  int n = truth.offsets[u + 1] - truth.offsets[u];
  if (n == 0) return;
  double hits = 0, gain = 0, ideal = 0;
  for (int i = 0, place = 0; place < 20; i++) {
    if (holds(train, u, entries[i].item)) continue;
    if (holds(truth, u, entries[i].item)) { hits++; gain += 1 / log2(place + 2); }
    if (place < n) ideal += 1 / log2(place + 2);
    place++;
    if (place == 10) { sums[0] += hits / n; sums[1] += gain / ideal; }
  }
  sums[2] += hits / n;
  sums[3] += gain / ideal;
}

// What one user is taught in an epoch: two lists, the teacher's distribution over each, and gamma.
typedef struct { int top[K], near[longest], size; float top_p[K], near_p[longest]; double gamma; } Lesson;

static void teacher_softmax(int u, const int *list, int n, float *p)
{
  double most = -INFINITY, sum = 0;
  for (int j = 0; j < n; j++) {
    p[j] = dot(teacher_users + (size_t)u * teacher_dim, teacher_items + (size_t)list[j] * teacher_dim, teacher_dim);
    most = fmax(most, p[j]);
  }
  for (int j = 0; j < n; j++) sum += p[j] = exp(p[j] - most);
  for (int j = 0; j < n; j++) p[j] /= sum;
}

static int among(const int *list, int n, int item)
{
  for (int j = 0; j < n; j++) if (list[j] == item) return 1;
  return 0;
}

// From the ranking in `entries`, training items included.
static void prepare(int u, const int *wanted, Lesson *out)
{
  Entry race[M];
  for (int t = M - 1, count = 0; t >= 0; t--) {
    count += among(wanted, K, entries[t].item);
    race[t] = (Entry){((count < cap ? count : cap) + 1) / T - log(-log(uniform())), t};
  }
  qsort(race, M, sizeof(Entry), by_rank);
  int shared = 0;
  out->size = 0;
  for (int j = 0; j < K; j++) out->top[j] = entries[j].item;
  for (int j = 0; j < L; j++) {
    out->near[out->size++] = entries[race[j].item].item;
    shared += among(wanted, K, entries[race[j].item].item);
  }
  for (int j = 0; j < K; j++)
    if (!among(out->near, L, wanted[j]) && !among(out->top, K, wanted[j])) out->near[out->size++] = wanted[j];
  out->gamma = exp(-beta * shared / K);
  teacher_softmax(u, out->top, K, out->top_p);
  teacher_softmax(u, out->near, out->size, out->near_p);
}

// Adds `scale` times the gradient of the soft cross-entropy of one list.
static void teach(int u, const int *list, int n, const float *p, double scale)
{
  double q[longest], most = -INFINITY, sum = 0;
  for (int j = 0; j < n; j++) most = fmax(most, q[j] = dot(user_of(params, u), item_of(params, list[j]), dim));
  for (int j = 0; j < n; j++) sum += q[j] = exp(q[j] - most);
  for (int j = 0; j < n; j++) {
    double g = scale * (q[j] / sum - p[j]);
    for (int d = 0; d < dim; d++) {
      user_of(grads, u)[d] += g * item_of(params, list[j])[d];
      item_of(grads, list[j])[d] += g * user_of(params, u)[d];
    }
  }
}

static void prefer(int u, int i, int j)
{
  float *x = user_of(params, u), *y = item_of(params, i), *z = item_of(params, j);
  float g = 1 / (1 + exp(dot(x, y, dim) - dot(x, z, dim)));
  for (int d = 0; d < dim; d++) {
    user_of(grads, u)[d] += g * (z[d] - y[d]);
    item_of(grads, i)[d] -= g * x[d];
    item_of(grads, j)[d] += g * x[d];
  }
}

static void adam(int step)
{
  double size = lr / (1 - pow(0.9, step)), root = 1 / sqrt(1 - pow(0.999, step));
  for (size_t n = 0; n < (size_t)(users + items) * dim; n++) {
    double g = grads[n] + weight_decay * params[n];
    first[n] = 0.9 * first[n] + 0.1 * g;
    second[n] = 0.999 * second[n] + 0.001 * g * g;
    params[n] -= size * first[n] / (sqrt(second[n]) * root + 1e-8);
    grads[n] = 0;
  }
}

int main(int count, char **args)
{
  if (count != 7) { fprintf(stderr, "rce-kd USERS ITEMS TEACHER_DIM SEED EPOCHS PATIENCE\n"); return 2; }
  users = atoi(args[1]); items = atoi(args[2]); teacher_dim = atoi(args[3]);
  int seed = atoi(args[4]), epochs = atoi(args[5]), patience = atoi(args[6]);
  train = lists("train"); valid = lists("valid"); test = lists("test");
  teacher_users = file("teacher", "users"); teacher_items = file("teacher", "items");
  size_t numbers = (size_t)(users + items) * dim;
  params = malloc(numbers * sizeof(float));
  grads = calloc(numbers, sizeof(float)); first = calloc(numbers, sizeof(float)); second = calloc(numbers, sizeof(float));
  entries = malloc(items * sizeof(Entry));
  seed_with(seed);
  for (size_t n = 0; n < numbers; n++) params[n] = 0.01 * normal();
  int pairs = train.offsets[users], step = 0, best_epoch = 0;
  int *user_of_pair = malloc(pairs * sizeof(int)), *order = malloc(pairs * sizeof(int)), *rows = calloc(users, sizeof(int));
  int *wanted = malloc((size_t)users * K * sizeof(int));
  Lesson *lessons = malloc(users * sizeof(Lesson));
  double best = -1, at_best[4] = {0};
  for (int u = 0; u < users; u++) {
    for (uint32_t n = train.offsets[u]; n < train.offsets[u + 1]; n++) user_of_pair[n] = u;
    rank_top(teacher_users + (size_t)u * teacher_dim, teacher_items, teacher_dim, K);
    for (int j = 0; j < K; j++) wanted[u * K + j] = entries[j].item;
  }
  for (int epoch = 0; epoch <= epochs; epoch++) {
    double on_valid[4] = {0}, on_test[4] = {0};
    for (int u = 0; u < users; u++) {
      rank_top(user_of(params, u), item_of(params, 0), dim, M + train.offsets[u + 1] - train.offsets[u]);
      measure(valid, u, on_valid);
      measure(test, u, on_test);
      prepare(u, wanted + u * K, &lessons[u]);
    }
    if (epoch > 0) {
      if (on_valid[1] / users > best) {
        best = on_valid[1] / users;
        best_epoch = epoch;
        for (int m = 0; m < 4; m++) at_best[m] = on_test[m] / users;
      }
      printf("epoch %d  valid N@10 %.4f  test R@10 %.4f N@10 %.4f R@20 %.4f N@20 %.4f\n", epoch, on_valid[1] / users,
             on_test[0] / users, on_test[1] / users, on_test[2] / users, on_test[3] / users);
      fflush(stdout);
      if (epoch - best_epoch >= patience) break;
    }
    if (epoch == epochs) break;
    for (int n = 0; n < pairs; n++) order[n] = n;
    for (int n = pairs - 1; n > 0; n--) {
      int other = below(n + 1), held = order[n];
      order[n] = order[other];
      order[other] = held;
    }
    for (int from = 0; from < pairs; from += batch) {
      int to = from + batch < pairs ? from + batch : pairs;
      for (int n = from; n < to; n++) {
        int u = user_of_pair[order[n]], unseen = below(items);
        while (holds(train, u, unseen)) unseen = below(items);
        prefer(u, train.items[order[n]], unseen);
        rows[u]++;
      }
      for (int u = 0; u < users; u++) {
        if (rows[u] == 0) continue;
        Lesson *lesson = &lessons[u];
        teach(u, lesson->top, K, lesson->top_p, lambda * rows[u] * (1 - lesson->gamma));
        teach(u, lesson->near, lesson->size, lesson->near_p, lambda * rows[u] * lesson->gamma);
        rows[u] = 0;
      }
      adam(++step);
    }
  }
  printf("best epoch %d  valid N@10 %.4f  test R@10 %.4f N@10 %.4f R@20 %.4f N@20 %.4f\n", best_epoch, best, at_best[0],
         at_best[1], at_best[2], at_best[3]);
  return 0;
}
