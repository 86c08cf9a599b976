package tiledesk

const page404 = "<!DOCTYPE html><html><head><title>Error</title></head><body><pre>Cannot DELETE</pre></body></html>"
