"""A bus that answers what systemd 252 and its logind answered, bus.json, in the ways that a test asks for."""
import json, os, random, socket, struct, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
CALL, RESULT, ERROR, SIGNAL = 1, 2, 3, 4
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE = range(1, 9)
PENDING_MAX = 128       # dbus-daemon's


def pad(data, to):
    return data + bytes(-len(data) % to)


def first_type(signature):
    """A complete type and what is behind it."""
    n = depth = 0
    while True:
        depth += {"(": 1, ")": -1}.get(signature[n], 0)
        n += 1
        if depth == 0 and signature[n - 1] != "a":
            return signature[:n], signature[n:]


def put(data, order, signature, values):
    for value in values:
        kind, signature = first_type(signature)
        if kind in "so":
            text = value.encode()
            data = pad(data, 4) + struct.pack(order + "I", len(text)) + text + b"\0"
        elif kind == "g":
            data += bytes([len(value)]) + value.encode() + b"\0"
        elif kind == "v":
            data = put(put(data, order, "g", [value[0]]), order, value[0], [value[1]])
        elif kind == "y":
            data += bytes([value])
        elif kind in "ubt":
            size, code = (8, "Q") if kind == "t" else (4, "I")
            data = pad(data, size) + struct.pack(order + code, value)
        elif kind[0] == "(":
            data = put(pad(data, 8), order, kind[1:-1], value)
        else:
            inner = put(bytes(8), order, kind[1:] * len(value), value)[8:]    # all our elements are structs
            data = pad(pad(data, 4) + struct.pack(order + "I", len(inner)), 8) + inner
    return data


def message(order, kind, serial, fields, signature="", values=()):
    body = put(b"", order, signature, values)
    if signature:
        fields = [*fields, (SIGNATURE, ("g", signature))]
    head = struct.pack(order + "4BII", ord("l" if order == "<" else "B"), kind, 1, 1, len(body), serial)
    return pad(put(head + struct.pack(order + "I", len(put(bytes(16), order, "(yv)" * len(fields), fields)) - 16), order,
                   "(yv)" * len(fields), fields), 8) + body


class Call:
    """What a client sent; size is 0 while it is not whole."""
    def __init__(self, data):
        self.size = 0
        if len(data) < 16:
            return
        order = "<" if data[0] == ord("l") else ">"
        body, self.serial, fields = struct.unpack(order + "4xIII", data[:16])
        begin = 16 + fields + -fields % 8
        if len(data) < begin + body:
            return
        self.size, at, self.fields = begin + body, 16, {}
        while at < 16 + fields:
            at += -at % 8
            code, kind = data[at], chr(data[at + 2])
            self.fields[code], at = self.text(data, order, at + 4, kind)
        self.args, at = [], begin
        while at < self.size:
            text, at = self.text(data, order, at, "s")
            self.args.append(text)

    @staticmethod
    def text(data, order, at, kind):
        if kind == "g":
            n, at = data[at], at + 1
        elif kind in "so":
            at += -at % 4
            n, at = struct.unpack_from(order + "I", data, at)[0], at + 4
        else:
            return struct.unpack_from(order + "I", data, at)[0], at + 4
        return data[at:at + n].decode(), at + n + 1


class Bus:
    def __init__(self, path):
        self.said = json.load(open(HERE + "/bus.json"))
        self.path, self.calls, self.connections, self.most_pending = path, [], 0, 0
        self.behave()
        self.listen()

    def behave(self, order="<", reverse=False, piece=1 << 20, noise=False, errors=(), silent_after=None, silent_auth=False,
               close_after=None, mutate=None, auth=b"OK 0123456789abcdef0123456789abcdef\r\n"):
        """How from now on; silent_after and close_after count answers."""
        self.order, self.reverse, self.piece, self.noise, self.errors = order, reverse, piece, noise, errors
        self.silent_after, self.silent_auth, self.close_after, self.mutate, self.auth = (
            silent_after, silent_auth, close_after, mutate, auth)
        self.answered = 0

    def listen(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.accept, args=[self.listener], daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            self.client = client
            threading.Thread(target=self.serve, args=[client], daemon=True).start()

    def stop(self):
        """The socket stays without a listener."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def disconnect(self):
        """The latest client."""
        try:
            self.client.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def serve(self, client):
        try:
            self.converse(client, self.authenticate(client))
        except (OSError, EOFError):
            pass
        client.close()

    def more(self, client):
        data = client.recv(1 << 16)
        if not data:
            raise EOFError
        return data

    def patience(self):
        while self.silent_auth:
            time.sleep(0.01)

    def authenticate(self, client):
        data = b""
        while True:
            while b"\r\n" not in data:
                data += self.more(client)
            line, data = data.split(b"\r\n", 1)
            self.patience()
            if line.lstrip(b"\0") == b"AUTH EXTERNAL":
                client.sendall(b"DATA\r\n")
            elif line == b"DATA":
                client.sendall(self.auth)
            elif line == b"NEGOTIATE_UNIX_FD":
                client.sendall(b"ERROR\r\n")
            elif line == b"BEGIN":
                return data
            else:
                client.sendall(b"REJECTED EXTERNAL\r\n")

    def converse(self, client, data):
        while True:
            batch = []
            while (call := Call(data)).size:
                batch.append(call)
                data = data[call.size:]
            self.calls += batch
            self.most_pending = max(self.most_pending, len(batch))
            for call in reversed(batch) if self.reverse else batch:
                self.send(client, call)
            data += self.more(client)

    def send(self, client, call):
        while self.silent_after is not None and self.answered >= self.silent_after:
            time.sleep(0.01)
        out = self.answer(call)
        if self.noise:
            stray = message(self.order, RESULT, 8, [(REPLY_SERIAL, ("u", call.serial + 1000))])
            out = self.signal() + out + out + stray + self.signal()
        if self.mutate:
            out = self.mutate(call, out)
        if self.close_after is not None and self.answered >= self.close_after:
            client.sendall(out[:len(out) // 2])
            raise EOFError
        self.answered += 1
        for i in range(0, len(out), self.piece):
            client.sendall(out[i:i + self.piece])

    def signal(self):
        return message(self.order, SIGNAL, 9, [(PATH, ("o", "/org/freedesktop/DBus")), (INTERFACE, ("s", "org.freedesktop.DBus")),
                       (MEMBER, ("s", "NameAcquired")), (SENDER, ("s", "org.freedesktop.DBus"))], "s", [":1.7"])

    def answer(self, call):
        path, member = call.fields[PATH], call.fields[MEMBER]
        name = call.args[0].rpartition(".")[2] + "." + call.args[1] if member == "Get" else member
        fields = [(REPLY_SERIAL, ("u", call.serial)), (SENDER, ("s", ":1.1"))]
        result = self.result(path, name)
        if result is None or name in self.errors:
            return message(self.order, ERROR, 7, [*fields, (ERROR_NAME, ("s", "org.freedesktop.DBus.Error.UnknownProperty"))],
                           "s", ["Unknown interface or property"])
        return message(self.order, RESULT, 7, fields, *result)

    def result(self, path, name):
        methods = {
            "Hello": ("s", [":1.7"]),
            "ListUnits": ("a(ssssssouso)", [self.said["units"]]),
            "ListSeats": ("a(so)", [self.said["seats"]]),
            "ListSessions": ("a(susso)", [self.said["sessions"]]),
        }
        objects = {"/org/freedesktop/systemd1": self.said["manager"], **self.said["objects"]}
        if name in methods:
            return methods[name]
        value = objects.get(path, {}).get(name)
        return value and ("v", [value])


def bit_errors(seed):
    """Spoils a few bytes of about every tenth answer."""
    chance = random.Random(seed)

    def mutate(call, out):
        if chance.random() > 0.1:
            return out
        out = bytearray(out)
        for _ in range(chance.randint(1, 4)):
            out[chance.randrange(len(out))] = chance.choice([0, 1, 0x7f, 0xff, chance.randrange(256)])
        return bytes(out)
    return mutate
