// Command cri speaks to a container runtime as the kubelet does.
//
//	cri run <pods   starts the pods of a stream of JSON values, see struct pod
//	cri list        prints what the runtime knows of each container, as rows of tests/vm and further columns, see list
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const endpoint = "unix:///run/cri.sock"

type pod struct {
	Name, Namespace, UID, Parent string
	HostNetwork, SharedProcesses bool
	Containers                   []struct {
		Name, Image string
		Command     []string
		Attempt     uint32
		Memory      int64
	}
}

func try[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	connection := try(grpc.NewClient(endpoint, grpc.WithTransportCredentials(insecure.NewCredentials())))
	runtime := cri.NewRuntimeServiceClient(connection)
	if len(os.Args) == 2 && os.Args[1] == "run" {
		for in := json.NewDecoder(os.Stdin); ; {
			var p pod
			if err := in.Decode(&p); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				log.Fatal(err)
			}
			p.run(runtime, cri.NewImageServiceClient(connection))
		}
	}
	list(runtime)
}

// A cgroup as systemd names it where it is running: a slice's name has those of all above it.
func (p *pod) parent() string {
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return p.Parent
	}
	path, name := "", ""
	for _, part := range strings.Split(p.Parent, "/")[1:] {
		name += strings.ReplaceAll(part, "-", "_")
		path += "/" + name + ".slice"
		name += "-"
	}
	return path
}

func (p *pod) labels() map[string]string {
	const prefix = "io.kubernetes.pod."
	return map[string]string{prefix + "name": p.Name, prefix + "namespace": p.Namespace, prefix + "uid": p.UID}
}

func (p *pod) run(runtime cri.RuntimeServiceClient, images cri.ImageServiceClient) {
	ctx := context.Background()
	namespaces := &cri.NamespaceOption{Pid: cri.NamespaceMode_CONTAINER}
	if p.HostNetwork {
		namespaces.Network = cri.NamespaceMode_NODE
	}
	if p.SharedProcesses {
		namespaces.Pid = cri.NamespaceMode_POD
	}
	sandbox := &cri.PodSandboxConfig{
		Metadata:     &cri.PodSandboxMetadata{Name: p.Name, Namespace: p.Namespace, Uid: p.UID},
		LogDirectory: "/var/log/pods/" + p.Namespace + "_" + p.Name + "_" + p.UID,
		Labels:       p.labels(),
		Linux: &cri.LinuxPodSandboxConfig{
			CgroupParent:    p.parent(),
			SecurityContext: &cri.LinuxSandboxSecurityContext{NamespaceOptions: namespaces},
		},
	}
	id := try(runtime.RunPodSandbox(ctx, &cri.RunPodSandboxRequest{Config: sandbox})).PodSandboxId
	for _, c := range p.Containers {
		try(0, os.MkdirAll(sandbox.LogDirectory+"/"+c.Name, 0o755))
		labels := p.labels()
		labels["io.kubernetes.container.name"] = c.Name
		image := &cri.ImageSpec{Image: c.Image, UserSpecifiedImage: c.Image}
		image.Image = try(images.PullImage(ctx, &cri.PullImageRequest{Image: image})).ImageRef
		config := &cri.ContainerConfig{
			Metadata: &cri.ContainerMetadata{Name: c.Name, Attempt: c.Attempt},
			Image:    image,
			Command:  c.Command,
			Labels:   labels,
			LogPath:  fmt.Sprintf("%s/%d.log", c.Name, c.Attempt),
			Linux: &cri.LinuxContainerConfig{
				Resources:       &cri.LinuxContainerResources{MemoryLimitInBytes: c.Memory},
				SecurityContext: &cri.LinuxContainerSecurityContext{NamespaceOptions: namespaces},
			},
		}
		request := &cri.CreateContainerRequest{PodSandboxId: id, Config: config, SandboxConfig: sandbox}
		container := try(runtime.CreateContainer(ctx, request)).ContainerId
		try(runtime.StartContainer(ctx, &cri.StartContainerRequest{ContainerId: container}))
	}
}

// What runtimes tell of a running one.
type inside struct {
	Pid         int
	RuntimeSpec struct{ Linux struct{ CgroupsPath string } }
}

func where(info map[string]string) (in inside) {
	try(0, json.Unmarshal([]byte(info["info"]), &in))
	in.RuntimeSpec.Linux.CgroupsPath = cgroup(in.RuntimeSpec.Linux.CgroupsPath)
	return in
}

// SLICE:PREFIX:ID, which runc asks systemd for, as a path.
func cgroup(path string) (whole string) {
	parts := strings.Split(path, ":")
	if len(parts) != 3 {
		return path
	}
	slice := strings.TrimSuffix(parts[0], ".slice") + "-"
	for i, c := range slice {
		if c == '-' {
			whole += "/" + slice[:i] + ".slice"
		}
	}
	return whole + "/" + parts[1] + "-" + parts[2] + ".scope"
}

// Prints kind, cgroup, container, image, name, namespace, pod, network; process, state, attempt, exit code, reason.
func list(runtime cri.RuntimeServiceClient) {
	ctx, networks := context.Background(), map[string]string{}
	crio := try(runtime.Version(ctx, &cri.VersionRequest{})).RuntimeName == "cri-o"
	row := func(kind, container, image, id string, attempt uint32, labels map[string]string, sandbox string,
		info map[string]string, rest ...any) {
		in, label := where(info), func(key string) string { return labels["io.kubernetes.pod."+key] }
		name := id
		if crio { // as in cAdvisor
			container = cmp.Or(container, "POD")
			name = fmt.Sprintf("k8s_%s_%s_%s_%s_%d", container, label("name"), label("namespace"), label("uid"), attempt)
		}
		fmt.Print(kind, "\t", in.RuntimeSpec.Linux.CgroupsPath, "\t", container, "\t", image, "\t", name, "\t",
			label("namespace"), "\t", label("name"), "\t", networks[sandbox], "\t", in.Pid)
		for _, value := range rest {
			fmt.Print("\t", value)
		}
		fmt.Println()
	}
	for _, listed := range try(runtime.ListPodSandbox(ctx, &cri.ListPodSandboxRequest{})).Items {
		s := try(runtime.PodSandboxStatus(ctx, &cri.PodSandboxStatusRequest{PodSandboxId: listed.Id, Verbose: true}))
		networks[listed.Id] = listed.Id
		if s.Status.Linux.Namespaces.Options.Network == cri.NamespaceMode_NODE {
			networks[listed.Id] = "host"
		}
		row("sandbox", "", "*", listed.Id, s.Status.Metadata.Attempt, s.Status.Labels, listed.Id, s.Info)
	}
	for _, listed := range try(runtime.ListContainers(ctx, &cri.ListContainersRequest{})).Containers {
		c := try(runtime.ContainerStatus(ctx, &cri.ContainerStatusRequest{ContainerId: listed.Id, Verbose: true}))
		row("container", c.Status.Metadata.Name, c.Status.Image.Image, listed.Id, c.Status.Metadata.Attempt, c.Status.Labels,
			listed.PodSandboxId, c.Info, c.Status.State, c.Status.Metadata.Attempt, c.Status.ExitCode, c.Status.Reason)
	}
}
