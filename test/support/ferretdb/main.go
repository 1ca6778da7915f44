// A MongoDB for the tests: FerretDB v1 speaks MongoDB's wire protocol and keeps its data in SQLite.
// Its own program panics when built without a version file, so this one embeds the library.
//
// usage: ferretdb ADDRESS DIRECTORY; prints its URI once it serves, ends when its stdin does.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: ferretdb ADDRESS DIRECTORY")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	// The starter holds our stdin open; when it dies, however it dies, we end too.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()

	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + os.Args[2] + "/",
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		log.Fatal(err)
	}
	front, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		// The address is known once the server runs; asking waits for that.
		backend, err := url.Parse(server.MongoDBURI())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("mongodb://%s/\n", front.Addr())
		serve(front, backend.Host)
	}()
	if err := server.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
