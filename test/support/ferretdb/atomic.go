package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"sync"
)

// MongoDB updates one document atomically. FerretDB v1 on SQLite reads it, changes it and writes it back:
// of 50 concurrent pushes to one array, all reported done, 19 were kept. So updates pass one at a time.
// Everything else stays concurrent; above all findAndModify, whose upserts race as MongoDB's do.
var updating sync.Mutex

const (
	headerLength   = 16
	maxMessage     = 48 << 20
	opMsg          = 2013
	flagMoreToCome = 1 << 1
)

func serve(front net.Listener, backend string) {
	for {
		client, err := front.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			server, err := net.Dial("tcp", backend)
			if err != nil {
				return
			}
			defer server.Close()
			for relay(client, server) == nil {
			}
		}()
	}
}

// relay passes one command on and its reply back.
func relay(client, server net.Conn) error {
	request, err := readMessage(client)
	if err != nil {
		return err
	}
	if isUpdate(request) {
		updating.Lock()
		defer updating.Unlock()
	}
	if _, err := server.Write(request); err != nil {
		return err
	}
	if !expectsReply(request) {
		return nil
	}
	reply, err := readMessage(server)
	if err != nil {
		return err
	}
	_, err = client.Write(reply)
	return err
}

func readMessage(from io.Reader) ([]byte, error) {
	header := make([]byte, headerLength)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint32(header)
	if length < headerLength || length > maxMessage {
		return nil, io.ErrUnexpectedEOF
	}
	message := make([]byte, length)
	copy(message, header)
	_, err := io.ReadFull(from, message[headerLength:])
	return message, err
}

func isOpMsg(message []byte) bool {
	return binary.LittleEndian.Uint32(message[12:]) == opMsg && len(message) > 26
}

// isUpdate looks at the name of the body's first element, which is the command: header, flags (4 bytes),
// section kind (1), document length (4), element type (1), name.
func isUpdate(message []byte) bool {
	return isOpMsg(message) && message[20] == 0 && bytes.HasPrefix(message[26:], []byte("update\x00"))
}

func expectsReply(message []byte) bool {
	return !isOpMsg(message) || binary.LittleEndian.Uint32(message[16:])&flagMoreToCome == 0
}
