// Command cadvisor serves what cAdvisor's published modules know: its own command is in a module that is not published.
// The flags are those of the modules, and these three.
package main

import (
	"flag"
	"log"
	"net/http"
	"time"

	"github.com/google/cadvisor/lib/cache/memory"
	"github.com/google/cadvisor/lib/container"
	_ "github.com/google/cadvisor/lib/container/containerd/install"
	_ "github.com/google/cadvisor/lib/fs/overlay/install"
	_ "github.com/google/cadvisor/lib/fs/tmpfs/install"
	_ "github.com/google/cadvisor/lib/fs/vfs/install"
	"github.com/google/cadvisor/lib/manager"
	"github.com/google/cadvisor/lib/metrics"
	"github.com/google/cadvisor/lib/model"
	"github.com/google/cadvisor/lib/utils/sysfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/utils/clock"
)

func main() {
	address := flag.String("listen", "127.0.0.1:8080", "where /metrics is served")
	storage := flag.Duration("storage_duration", 2*time.Minute, "how long figures are kept")
	sets := container.MetricSet{}
	if err := sets.Set("app,cpu,cpuLoad,disk,diskIO,memory,network,oom_event,percpu,perf_event,pressure"); err != nil {
		log.Fatal(err)
	}
	flag.Var(&sets, "enable_metrics", "what is counted")
	flag.Parse()

	any := []string{""}
	m, err := manager.New(memory.New(*storage, nil), sysfs.NewRealSysFs(), manager.HousekeepingConfigFlags, sets, any, nil, "", 0)
	if err != nil {
		log.Fatal(err)
	}
	if err := m.Start(); err != nil {
		log.Fatal(err)
	}
	all := model.RequestOptions{IdType: model.TypeName, Count: 1, Recursive: true}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewPrometheusMachineCollector(m, sets),
		metrics.NewPrometheusCollector(m, metrics.DefaultContainerLabels, sets, clock.RealClock{}, all))
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	log.Fatal(http.ListenAndServe(*address, nil))
}
