// go run call.go CLIENT URL BODY NAME VALUE ... : as Call.java does.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	words := os.Args[1:]
	for time := 0; time < 2; time++ {
		request, err := http.NewRequest("POST", words[1], strings.NewReader(words[2]))
		if err != nil {
			panic(err)
		}
		for at := 3; at < len(words); at += 2 {
			request.Header.Set(words[at], words[at+1])
		}
		if words[0] == "continued" {
			request.Header.Set("Expect", "100-continue")
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			panic(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		fmt.Println(answer.StatusCode, answer.Header.Get("Signature") != "", string(body))
	}
}
